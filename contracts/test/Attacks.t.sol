// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataMarket} from "../IDataMarket.sol";
import {MarketTest} from "./support/MarketTest.sol";
import {Vm, vm} from "./support/Vm.sol";

/// @dev One test per known way to cheat with the order, the copy or the loss of a move.
contract AttacksTest is MarketTest {
    function test_a_reprice_in_front_of_a_purchase_makes_it_revert() public {
        uint256 listingId = list(termsWith(ARBITER));
        bytes32 seen = market.getListing(listingId).termsHash;
        IDataMarket.Terms memory terms = termsWith(ARBITER);
        terms.expirationSeconds = 1 hours; // the same price: only the named terms give it away
        vm.prank(SELLER);
        market.reprice(listingId, terms);
        bytes32 current = market.getListing(listingId).termsHash;
        vm.prank(BUYER);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.TermsChanged.selector, listingId, current, seen));
        market.buy{value: TOTAL}(listingId, seen, TOTAL, block.timestamp);
    }

    function test_a_relocation_in_front_of_a_purchase_does_not_disturb_it() public {
        uint256 listingId = list(termsWith(ARBITER));
        bytes32 seen = market.getListing(listingId).termsHash;
        vm.prank(SELLER);
        market.relocate(listingId, "https://elsewhere.example");
        vm.prank(BUYER);
        market.buy{value: TOTAL}(listingId, seen, TOTAL, block.timestamp);
    }

    function test_litigation_in_front_of_a_delivery_reverts_and_the_delivery_stands() public {
        uint256 id = requested(ARBITER);
        vm.warp(START + DELIVERY); // the buyer has read the sealed answer in the mempool at the very last second
        vm.prank(BUYER);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.NotYet.selector, START + DELIVERY));
        market.litigate(id);
        deliver(id);
        assertState(id, IDataMarket.State.Delivered);
    }

    function test_a_delivery_is_never_legal_in_the_second_in_which_litigation_is() public {
        uint256 id = requested(ARBITER);
        for (uint256 second = START + DELIVERY - 1; second <= START + DELIVERY + 1; second++) {
            uint256 snapshot = vm.snapshotState();
            vm.warp(second);
            vm.prank(BUYER);
            (bool litigated,) = address(market).call(abi.encodeCall(market.litigate, (id)));
            vm.revertToState(snapshot);
            vm.warp(second);
            vm.prank(SELLER);
            (bool done,) =
                address(market).call{value: GUARANTEE}(abi.encodeCall(market.deliverResult, (id, REQUEST, ANSWER)));
            vm.revertToState(snapshot);
            vm.assertTrue(litigated != done, "both or neither");
        }
    }

    function test_interactive_use_is_not_refunded() public {
        uint256 id = opened(ARBITER);
        request(id);
        vm.warp(START + DELIVERY + 1);
        vm.prank(BUYER);
        market.litigate(id);
        assertCredits(FEE, TOTAL - FEE, 0, 0);
        vm.prank(BUYER);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDataMarket.WrongState.selector, id, IDataMarket.State.Refunded, IDataMarket.State.Paid
            )
        );
        market.openInteraction(id);
    }

    function test_a_delivery_with_another_purchases_request_is_refused() public {
        uint256 first = requested(ARBITER);
        uint256 second = paid(ARBITER);
        bytes32 other = keccak256("another request");
        vm.prank(BUYER);
        market.requestResult(second, other);
        vm.prank(SELLER);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.WrongRequest.selector, second, other, REQUEST));
        market.deliverResult{value: GUARANTEE}(second, REQUEST, ANSWER);
        deliver(first);
        assertState(second, IDataMarket.State.Requested);
    }

    function test_copying_another_buyers_request_hash_does_not_hinder_that_buyer() public {
        uint256 copied = buyFrom(list(termsWith(ARBITER)), STRANGER);
        vm.prank(STRANGER);
        market.requestResult(copied, REQUEST);
        uint256 id = requested(ARBITER);
        deliver(id);
        assertState(id, IDataMarket.State.Delivered);
        assertState(copied, IDataMarket.State.Requested);
    }

    function test_a_delivery_for_a_request_that_a_reorganisation_replaced_is_refused() public {
        uint256 id = paid(ARBITER);
        uint256 fork = vm.snapshotState();
        request(id); // the seller sees this, prepares its delivery, and the chain goes another way
        vm.revertToState(fork);
        bytes32 replacement = keccak256("the request of the other branch");
        vm.prank(BUYER);
        market.requestResult(id, replacement);
        vm.prank(SELLER);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.WrongRequest.selector, id, replacement, REQUEST));
        market.deliverResult{value: GUARANTEE}(id, REQUEST, ANSWER);
    }

    function test_a_second_request_and_a_second_delivery_are_refused() public {
        uint256 id = requested(ARBITER);
        vm.prank(BUYER);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDataMarket.WrongState.selector, id, IDataMarket.State.Requested, IDataMarket.State.Paid
            )
        );
        market.requestResult(id, keccak256("a better question"));
        deliver(id);
        vm.prank(SELLER);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDataMarket.WrongState.selector, id, IDataMarket.State.Delivered, IDataMarket.State.Requested
            )
        );
        market.deliverResult{value: GUARANTEE}(id, REQUEST, "a better answer");
        vm.assertEq(market.getPurchase(id).answerHash, keccak256(ANSWER), "answer hash");
    }

    function test_an_empty_hash_or_answer_and_one_over_8_kib_are_refused() public {
        uint256 id = paid(ARBITER);
        vm.prank(BUYER);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.MissingHash.selector, "requestHash"));
        market.requestResult(id, 0);
        request(id);
        uint256[2] memory bad = [uint256(0), 8193];
        for (uint256 i = 0; i < bad.length; i++) {
            vm.prank(SELLER);
            vm.expectRevert(abi.encodeWithSelector(IDataMarket.InvalidAnswerLength.selector, bad[i], 8192));
            market.deliverResult{value: GUARANTEE}(id, REQUEST, new bytes(bad[i]));
        }
        vm.prank(SELLER);
        market.deliverResult{value: GUARANTEE}(id, REQUEST, new bytes(8192));
        vm.assertEq(market.getPurchase(id).answerHash, keccak256(new bytes(8192)), "answer hash");
    }

    function test_the_sealed_answer_stands_in_the_event() public {
        uint256 id = requested(ARBITER);
        vm.recordLogs();
        deliver(id);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1, "events");
        vm.assertEq(logs[0].topics[0], IDataMarket.Delivered.selector, "event");
        vm.assertEq(uint256(logs[0].topics[1]), id, "purchase");
        vm.assertEq(
            keccak256(logs[0].data), keccak256(abi.encode(REQUEST, keccak256(ANSWER), ANSWER)), "request, hash, answer"
        );
    }
}
