import type { ContractProcedure, InferSchemaInput, InferSchemaOutput } from '@orpc/contract'
import type { WindowContract } from '../../shared/window-contract/index.ts'

type Handler<Procedure> = Procedure extends ContractProcedure<infer Input, infer Output, infer _Errors, infer _Meta>
  ? (input: InferSchemaOutput<Input>, signal?: AbortSignal) => InferSchemaInput<Output> | Promise<InferSchemaInput<Output>>
  : never

/** What answers one group of the contract: exactly its procedures; one missing or too many does not compile. */
export type Handlers<Group extends keyof WindowContract> = {
  readonly [Name in keyof WindowContract[Group]]: Handler<WindowContract[Group][Name]>
}

export type WindowHandlers = { readonly [Group in keyof WindowContract]: Handlers<Group> }
