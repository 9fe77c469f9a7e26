// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataMarket} from "../IDataMarket.sol";
import {MarketTest} from "./support/MarketTest.sol";
import {vm} from "./support/Vm.sol";

/// @dev Who gets what at the end of each path, with and without opened interaction, then for any terms.
contract MoneyTest is MarketTest {
    enum Path {
        LitigateEarly,
        LitigateLate,
        Decline,
        Confirm,
        Reclaim,
        RuleForBuyer,
        RuleForSeller,
        CloseDispute
    }

    function test_litigation_before_a_request_returns_everything() public {
        uint256 id = paid(ARBITER);
        vm.prank(BUYER);
        market.litigate(id);
        assertCredits(0, TOTAL, 0, 0);
    }

    function test_opening_interaction_pays_its_fee_for_good() public {
        uint256 id = opened(ARBITER);
        assertCredits(FEE, 0, 0, 0);
        vm.prank(BUYER);
        market.litigate(id);
        assertCredits(FEE, TOTAL - FEE, 0, 0);
        assertState(id, IDataMarket.State.Refunded);
    }

    function test_a_declined_request_returns_the_guarantee_too() public {
        uint256 id = requested(ARBITER);
        vm.prank(SELLER);
        market.decline(id);
        assertCredits(0, TOTAL, 0, 0);
    }

    function test_a_missed_delivery_returns_everything() public {
        uint256 id = requested(ARBITER);
        vm.warp(START + DELIVERY + 1);
        vm.prank(BUYER);
        market.litigate(id);
        assertCredits(0, TOTAL, 0, 0);
    }

    function test_confirmation_pays_value_and_bond_to_the_seller_and_the_guarantee_back() public {
        uint256 id = delivered(ARBITER);
        vm.prank(BUYER);
        market.confirmResult(id);
        assertCredits(VALUE + GUARANTEE, GUARANTEE, 0, 0);
    }

    function test_a_reclaim_pays_as_a_confirmation_does() public {
        uint256 id = delivered(ARBITER);
        vm.warp(START + EXPIRATION + 1);
        vm.prank(SELLER);
        market.reclaim(id);
        assertCredits(VALUE + GUARANTEE, GUARANTEE, 0, 0);
    }

    function test_an_arbiter_earns_the_same_whoever_wins() public {
        uint256 id = disputed(ARBITER);
        uint256 snapshot = vm.snapshotState();
        vm.prank(ARBITER);
        market.rule(id, true);
        assertCredits(0, VALUE + GUARANTEE, GUARANTEE, 0);
        assertState(id, IDataMarket.State.Refunded);
        vm.revertToState(snapshot);
        vm.prank(ARBITER);
        market.rule(id, false);
        assertCredits(VALUE + GUARANTEE, 0, GUARANTEE, 0);
        assertState(id, IDataMarket.State.Settled);
    }

    function test_a_dispute_nobody_rules_on_halves_the_value_and_burns_both_deposits() public {
        uint256 id = disputed(address(0));
        vm.prank(STRANGER);
        market.closeDispute(id);
        assertCredits(VALUE / 2, VALUE / 2, 0, 2 * uint256(GUARANTEE));
    }

    function test_the_odd_wei_of_a_halved_value_is_the_sellers() public {
        IDataMarket.Terms memory terms = termsWith(address(0));
        terms.value = 7;
        terms.guarantee = 4;
        terms.interactionFee = 0;
        uint256 id = buyFrom(list(terms), BUYER);
        request(id);
        deliver(id);
        vm.prank(BUYER);
        market.dispute(id);
        market.closeDispute(id);
        assertCredits(4, 3, 0, 8);
    }

    function test_a_payment_other_than_value_and_guarantee_is_refused() public {
        uint256 listingId = list(termsWith(ARBITER));
        bytes32 termsHash = market.getListing(listingId).termsHash;
        uint256[3] memory sums = [TOTAL - 1, TOTAL + 1, 0];
        for (uint256 i = 0; i < sums.length; i++) {
            vm.prank(BUYER);
            vm.expectRevert(abi.encodeWithSelector(IDataMarket.WrongPayment.selector, sums[i], TOTAL));
            market.buy{value: sums[i]}(listingId, termsHash, TOTAL, block.timestamp);
        }
        vm.prank(BUYER);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.CostsMore.selector, TOTAL, TOTAL - 1));
        market.buy{value: TOTAL}(listingId, termsHash, TOTAL - 1, block.timestamp);
    }

    function test_a_bond_other_than_the_guarantee_is_refused() public {
        uint256 id = requested(ARBITER);
        uint256[3] memory sums = [uint256(GUARANTEE) - 1, uint256(GUARANTEE) + 1, 0];
        for (uint256 i = 0; i < sums.length; i++) {
            vm.prank(SELLER);
            vm.expectRevert(abi.encodeWithSelector(IDataMarket.WrongPayment.selector, sums[i], GUARANTEE));
            market.deliverResult{value: sums[i]}(id, REQUEST, ANSWER);
        }
    }

    function testFuzz_any_terms_on_any_path_pay_out_exactly_what_was_paid_in(
        uint128 value,
        uint128 guarantee,
        uint128 fee,
        bool interactive,
        bool arbitrated,
        uint8 path
    ) public {
        Path to = Path(path % (uint256(type(Path).max) + 1));
        IDataMarket.Terms memory terms = termsWith(arbitrated ? ARBITER : address(0));
        terms.value = uint128(1 + value % 1e30);
        terms.interactionFee = uint128(fee % (uint256(terms.value) + 1));
        terms.guarantee = uint128(guarantee % 1e30 + (arbitrated ? 0 : (uint256(terms.value) + 1) / 2));
        vm.assume(arbitrated || (to != Path.RuleForBuyer && to != Path.RuleForSeller));
        uint256 v = terms.value;
        uint256 g = terms.guarantee;
        vm.deal(BUYER, v + g);
        vm.deal(SELLER, g);
        uint256 id = buyFrom(list(terms), BUYER);
        if (interactive) {
            vm.prank(BUYER);
            market.openInteraction(id);
        }
        uint256 f = interactive ? terms.interactionFee : 0;
        walk(id, to);

        if (to <= Path.Decline) assertCredits(f, v - f + g, 0, 0);
        else if (to <= Path.Reclaim) assertCredits(v + g, g, 0, 0);
        else if (to == Path.RuleForBuyer) assertCredits(f, v - f + g, g, 0);
        else if (to == Path.RuleForSeller) assertCredits(v + g, 0, g, 0);
        else assertCredits(f + (v - f) - (v - f) / 2, (v - f) / 2, 0, 2 * g);
        vm.assertEq(market.getPurchase(id).heldWei, 0, "held for a closed purchase");
    }

    function walk(uint256 id, Path to) private {
        if (to == Path.LitigateEarly) {
            vm.prank(BUYER);
            return market.litigate(id);
        }
        request(id);
        if (to == Path.LitigateLate) {
            vm.warp(START + DELIVERY + 1);
            vm.prank(BUYER);
            return market.litigate(id);
        }
        if (to == Path.Decline) {
            vm.prank(SELLER);
            return market.decline(id);
        }
        deliver(id);
        if (to == Path.Confirm) {
            vm.prank(BUYER);
            return market.confirmResult(id);
        }
        if (to == Path.Reclaim) {
            vm.warp(START + EXPIRATION + 1);
            vm.prank(SELLER);
            return market.reclaim(id);
        }
        vm.prank(BUYER);
        market.dispute(id);
        if (to == Path.CloseDispute) {
            vm.warp(START + DISPUTE + 1);
            return market.closeDispute(id);
        }
        vm.prank(ARBITER);
        market.rule(id, to == Path.RuleForBuyer);
    }
}
