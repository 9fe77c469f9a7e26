// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataMarket} from "../IDataMarket.sol";
import {MarketTest} from "./support/MarketTest.sol";
import {vm} from "./support/Vm.sol";

/// @dev One second before each deadline, at it, and one second after it, with the deadline in the refusal.
contract BoundariesTest is MarketTest {
    function test_a_purchase_happens_up_to_its_deadline() public {
        uint256 listingId = list(termsWith(ARBITER));
        bytes memory move =
            abi.encodeCall(market.buy, (listingId, market.getListing(listingId).termsHash, TOTAL, START + 10));
        assertLegalUntil(START + 10, BUYER, TOTAL, move);
    }

    function test_a_delivery_is_made_up_to_its_deadline_and_litigation_only_after() public {
        uint256 id = requested(ARBITER);
        uint256 deadline = START + DELIVERY;
        vm.assertEq(market.getPurchase(id).deadline, deadline, "deadline");
        assertLegalUntil(deadline, SELLER, GUARANTEE, abi.encodeCall(market.deliverResult, (id, REQUEST, ANSWER)));
        assertLegalAfter(deadline, BUYER, abi.encodeCall(market.litigate, (id)));
    }

    function test_a_dispute_is_opened_up_to_the_expiration_and_a_reclaim_made_only_after() public {
        uint256 id = requested(ARBITER);
        vm.warp(START + DELIVERY);
        deliver(id);
        uint256 deadline = START + DELIVERY + EXPIRATION;
        vm.assertEq(market.getPurchase(id).deadline, deadline, "deadline");
        assertLegalUntil(deadline, BUYER, 0, abi.encodeCall(market.dispute, (id)));
        assertLegalAfter(deadline, SELLER, abi.encodeCall(market.reclaim, (id)));
    }

    function test_an_arbiter_rules_up_to_its_time_and_a_dispute_is_closed_only_after() public {
        uint256 id = delivered(ARBITER);
        vm.warp(START + EXPIRATION);
        vm.prank(BUYER);
        market.dispute(id);
        uint256 deadline = START + EXPIRATION + DISPUTE;
        vm.assertEq(market.getPurchase(id).deadline, deadline, "deadline");
        assertLegalUntil(deadline, ARBITER, 0, abi.encodeCall(market.rule, (id, true)));
        assertLegalUntil(deadline, ARBITER, 0, abi.encodeCall(market.rule, (id, false)));
        assertLegalAfter(deadline, STRANGER, abi.encodeCall(market.closeDispute, (id)));
    }

    function test_a_dispute_without_an_arbiter_is_closed_at_once() public {
        uint256 id = disputed(address(0));
        vm.assertEq(market.getPurchase(id).deadline, 0, "deadline");
        vm.prank(STRANGER);
        market.closeDispute(id);
        assertState(id, IDataMarket.State.Settled);
    }

    function test_the_shortest_and_longest_times_have_the_same_boundaries() public {
        uint32[2] memory lengths = [uint32(1 hours), uint32(365 days)];
        for (uint256 i = 0; i < lengths.length; i++) {
            vm.warp(START);
            IDataMarket.Terms memory terms = termsWith(ARBITER);
            terms.deliverySeconds = lengths[i];
            uint256 id = buyFrom(list(terms), BUYER);
            request(id);
            assertLegalAfter(START + lengths[i], BUYER, abi.encodeCall(market.litigate, (id)));
        }
    }

    function assertLegalUntil(uint256 deadline, address party, uint256 valueWei, bytes memory move) private {
        assertAt(deadline - 1, party, valueWei, move, "");
        assertAt(deadline, party, valueWei, move, "");
        assertAt(deadline + 1, party, valueWei, move, abi.encodeWithSelector(IDataMarket.TooLate.selector, deadline));
    }

    function assertLegalAfter(uint256 deadline, address party, bytes memory move) private {
        bytes memory refusal = abi.encodeWithSelector(IDataMarket.NotYet.selector, deadline);
        assertAt(deadline - 1, party, 0, move, refusal);
        assertAt(deadline, party, 0, move, refusal);
        assertAt(deadline + 1, party, 0, move, "");
    }

    /// @dev Tries the move at that second and takes it back. An empty refusal: it must succeed.
    function assertAt(uint256 second, address party, uint256 valueWei, bytes memory move, bytes memory refusal)
        private
    {
        uint256 snapshot = vm.snapshotState();
        vm.warp(second);
        vm.prank(party);
        (bool done, bytes memory returned) = address(market).call{value: valueWei}(move);
        vm.assertTrue(done == (refusal.length == 0), "legal on the wrong side of the boundary");
        if (!done) vm.assertEq(keccak256(returned), keccak256(refusal), "refused for another reason");
        vm.revertToState(snapshot);
        vm.warp(START);
    }
}
