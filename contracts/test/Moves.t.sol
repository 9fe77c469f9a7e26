// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataMarket} from "../IDataMarket.sol";
import {MarketTest} from "./support/MarketTest.sol";
import {vm} from "./support/Vm.sol";

/// @dev Every move, by every party, in every situation a purchase can be in: legal with its next state, or refused by name.
contract MovesTest is MarketTest {
    enum Situation {
        Paid,
        Opened,
        Requested,
        RequestLate,
        Delivered,
        Expired,
        Disputed,
        DisputeLate,
        DisputedAlone,
        Refunded,
        Settled
    }
    enum Move {
        OpenInteraction,
        Litigate,
        RequestResult,
        Decline,
        DeliverResult,
        ConfirmResult,
        Reclaim,
        Dispute,
        Rule,
        CloseDispute
    }

    IDataMarket.State private constant NONE = IDataMarket.State.None;

    function test_only_the_named_party_makes_each_move_in_its_state_and_time() public {
        address[4] memory parties = [BUYER, SELLER, ARBITER, STRANGER];
        for (uint256 s = 0; s <= uint256(type(Situation).max); s++) {
            uint256 fresh = vm.snapshotState();
            uint256 id = arrange(Situation(s));
            for (uint256 m = 0; m <= uint256(type(Move).max); m++) {
                for (uint256 p = 0; p < parties.length; p++) {
                    check(id, Situation(s), Move(m), parties[p]);
                }
            }
            vm.revertToState(fresh);
        }
    }

    function test_no_move_is_made_on_a_purchase_that_is_not_there() public {
        for (uint256 m = 0; m <= uint256(type(Move).max); m++) {
            (bool done, bytes4 refusal) = attempt(99, Move(m), BUYER);
            vm.assertTrue(!done && refusal == IDataMarket.UnknownPurchase.selector, "moved an unknown purchase");
        }
    }

    function check(uint256 id, Situation situation, Move move, address party) private {
        string memory where =
            string.concat("situation ", vm.toString(uint256(situation)), ", move ", vm.toString(uint256(move)));
        uint256 snapshot = vm.snapshotState();
        bytes4 wrongParty = refusalOf(situation, move, party);
        (bool done, bytes4 refusal) = attempt(id, move, party);
        IDataMarket.State next = legal(situation, move);
        if (wrongParty != 0) {
            vm.assertTrue(!done && refusal == wrongParty, string.concat("not the party's move: ", where));
        } else if (next == NONE) {
            vm.assertTrue(!done && refusal == untimely(situation, move), string.concat("not legal here: ", where));
        } else {
            vm.assertTrue(done, string.concat("refused a legal move: ", where));
            assertState(id, next);
        }
        vm.revertToState(snapshot);
    }

    /// @dev The table of the design: the state a move leads to; None: it is not legal.
    function legal(Situation s, Move m) private pure returns (IDataMarket.State) {
        if (s == Situation.Paid && m == Move.OpenInteraction) return IDataMarket.State.Paid;
        if (s == Situation.Paid || s == Situation.Opened) {
            if (m == Move.Litigate) return IDataMarket.State.Refunded;
            if (m == Move.RequestResult) return IDataMarket.State.Requested;
        }
        if (s == Situation.Requested || s == Situation.RequestLate) {
            if (m == Move.Decline) return IDataMarket.State.Refunded;
        }
        if (s == Situation.Requested && m == Move.DeliverResult) return IDataMarket.State.Delivered;
        if (s == Situation.RequestLate && m == Move.Litigate) return IDataMarket.State.Refunded;
        if (s == Situation.Delivered || s == Situation.Expired) {
            if (m == Move.ConfirmResult) return IDataMarket.State.Settled;
        }
        if (s == Situation.Delivered && m == Move.Dispute) return IDataMarket.State.Disputed;
        if (s == Situation.Expired && m == Move.Reclaim) return IDataMarket.State.Settled;
        if (s == Situation.Disputed && m == Move.Rule) return IDataMarket.State.Refunded;
        if (s == Situation.DisputeLate || s == Situation.DisputedAlone) {
            if (m == Move.CloseDispute) return IDataMarket.State.Settled;
        }
        return NONE;
    }

    /// @dev The refusal of the right party's illegal move.
    function untimely(Situation s, Move m) private pure returns (bytes4) {
        if (s == Situation.Opened && m == Move.OpenInteraction) return IDataMarket.InteractionAlreadyOpen.selector;
        if (s == Situation.Requested && m == Move.Litigate) return IDataMarket.NotYet.selector;
        if (s == Situation.RequestLate && m == Move.DeliverResult) return IDataMarket.TooLate.selector;
        if (s == Situation.Delivered && m == Move.Reclaim) return IDataMarket.NotYet.selector;
        if (s == Situation.Expired && m == Move.Dispute) return IDataMarket.TooLate.selector;
        if (s == Situation.Disputed && m == Move.CloseDispute) return IDataMarket.NotYet.selector;
        if (s == Situation.DisputeLate && m == Move.Rule) return IDataMarket.TooLate.selector;
        return IDataMarket.WrongState.selector;
    }

    /// @dev The refusal of a party whose move it is never; 0: it is the party's move.
    function refusalOf(Situation s, Move m, address party) private pure returns (bytes4) {
        if (m == Move.CloseDispute) return 0;
        if (m == Move.Rule) {
            return party == ARBITER && s != Situation.DisputedAlone ? bytes4(0) : IDataMarket.NotTheArbiter.selector;
        }
        if (m == Move.Decline || m == Move.DeliverResult || m == Move.Reclaim) {
            return party == SELLER ? bytes4(0) : IDataMarket.NotTheSeller.selector;
        }
        return party == BUYER ? bytes4(0) : IDataMarket.NotTheBuyer.selector;
    }

    /// @dev Each "late" situation is one second after the last of its deadline, its twin is at that last second.
    function arrange(Situation s) private returns (uint256 id) {
        if (s == Situation.Paid) return paid(ARBITER);
        if (s == Situation.Opened) return opened(ARBITER);
        if (s == Situation.Requested || s == Situation.RequestLate) {
            id = requested(ARBITER);
            vm.warp(START + DELIVERY + (s == Situation.RequestLate ? 1 : 0));
        } else if (s == Situation.Delivered || s == Situation.Expired) {
            id = delivered(ARBITER);
            vm.warp(START + EXPIRATION + (s == Situation.Expired ? 1 : 0));
        } else if (s == Situation.Disputed || s == Situation.DisputeLate) {
            id = disputed(ARBITER);
            vm.warp(START + DISPUTE + (s == Situation.DisputeLate ? 1 : 0));
        } else if (s == Situation.DisputedAlone) {
            id = disputed(address(0));
        } else if (s == Situation.Refunded) {
            id = paid(ARBITER);
            vm.prank(BUYER);
            market.litigate(id);
        } else {
            id = delivered(ARBITER);
            vm.prank(BUYER);
            market.confirmResult(id);
        }
    }

    function attempt(uint256 id, Move m, address party) private returns (bool done, bytes4 refusal) {
        bytes memory call = encode(id, m);
        vm.prank(party);
        bytes memory returned;
        (done, returned) = address(market).call{value: m == Move.DeliverResult ? GUARANTEE : 0}(call);
        refusal = bytes4(returned);
    }

    function encode(uint256 id, Move m) private view returns (bytes memory) {
        if (m == Move.OpenInteraction) return abi.encodeCall(market.openInteraction, (id));
        if (m == Move.Litigate) return abi.encodeCall(market.litigate, (id));
        if (m == Move.RequestResult) return abi.encodeCall(market.requestResult, (id, REQUEST));
        if (m == Move.Decline) return abi.encodeCall(market.decline, (id));
        if (m == Move.DeliverResult) return abi.encodeCall(market.deliverResult, (id, REQUEST, ANSWER));
        if (m == Move.ConfirmResult) return abi.encodeCall(market.confirmResult, (id));
        if (m == Move.Reclaim) return abi.encodeCall(market.reclaim, (id));
        if (m == Move.Dispute) return abi.encodeCall(market.dispute, (id));
        if (m == Move.Rule) return abi.encodeCall(market.rule, (id, true));
        return abi.encodeCall(market.closeDispute, (id));
    }
}
