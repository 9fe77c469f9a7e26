// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataMarket} from "../IDataMarket.sol";
import {PullLedger} from "../PullLedger.sol";
import {MarketTest} from "./support/MarketTest.sol";
import {vm} from "./support/Vm.sol";

/// @dev Programs follow trades and money by what the market tells: every event, with every value, and the moments it keeps.
contract EventsTest is MarketTest {
    string private constant OTHER_URL = "https://elsewhere.example/v1/listings/wages";

    function test_a_listing_tells_of_its_life() public {
        IDataMarket.Terms memory terms = termsWith(ARBITER);
        bytes32 termsHash = market.termsHashOf(SELLER, terms);
        told();
        emit IDataMarket.ListingCreated(1, SELLER, terms.detailsHash, termsHash, terms, URL);
        list(terms);

        told();
        emit IDataMarket.ListingClosed(1, SELLER);
        vm.prank(SELLER);
        market.closeListing(1);

        told();
        emit IDataMarket.ListingReopened(1, SELLER);
        vm.prank(SELLER);
        market.reopenListing(1);

        terms.value = 2 ether;
        terms.guarantee = 1 ether;
        terms.detailsHash = keccak256("other details");
        termsHash = market.termsHashOf(SELLER, terms);
        told();
        emit IDataMarket.ListingRepriced(1, SELLER, terms.detailsHash, termsHash, terms);
        vm.prank(SELLER);
        market.reprice(1, terms);

        told();
        emit IDataMarket.ListingRelocated(1, SELLER, OTHER_URL);
        vm.prank(SELLER);
        market.relocate(1, OTHER_URL);
    }

    function test_a_trade_tells_of_each_step_and_each_wei() public {
        uint256 listing = list(termsWith(ARBITER));
        bytes32 termsHash = market.getListing(listing).termsHash;
        told();
        emit IDataMarket.Purchased(1, SELLER, BUYER, listing, termsHash, TOTAL);
        buyFrom(listing, BUYER);

        told();
        emit PullLedger.Credited(1, SELLER, FEE);
        told();
        emit IDataMarket.InteractionOpened(1, SELLER, BUYER, FEE);
        vm.prank(BUYER);
        market.openInteraction(1);

        vm.warp(START + 10);
        told();
        emit IDataMarket.ResultRequested(1, SELLER, BUYER, REQUEST, START + 10 + DELIVERY);
        request(1);

        vm.warp(START + 20);
        told();
        emit IDataMarket.Delivered(1, REQUEST, keccak256(ANSWER), ANSWER);
        deliver(1);

        vm.warp(START + 30);
        told();
        emit PullLedger.Credited(1, BUYER, GUARANTEE);
        told();
        emit PullLedger.Credited(1, SELLER, TOTAL - FEE);
        told();
        emit IDataMarket.Confirmed(1, SELLER, BUYER);
        vm.prank(BUYER);
        market.confirmResult(1);
        assertMoments(1, START, START + 10, START + 20, 0, START + 30);

        told();
        emit PullLedger.Withdrawn(SELLER, SELLER, TOTAL);
        vm.prank(SELLER);
        market.withdraw();
        told();
        emit PullLedger.Withdrawn(BUYER, STRANGER, GUARANTEE);
        vm.prank(BUYER);
        market.withdrawTo(payable(STRANGER));
    }

    function test_refunds_tell_who_ended_the_trade() public {
        uint256 id = paid(ARBITER);
        vm.warp(START + 5);
        told();
        emit PullLedger.Credited(id, BUYER, TOTAL);
        told();
        emit IDataMarket.Litigated(id, SELLER, BUYER, TOTAL);
        vm.prank(BUYER);
        market.litigate(id);
        assertMoments(id, START, 0, 0, 0, START + 5);

        id = requested(ARBITER);
        told();
        emit IDataMarket.Declined(id, SELLER, BUYER, TOTAL);
        vm.prank(SELLER);
        market.decline(id);
        assertMoments(id, START + 5, START + 5, 0, 0, START + 5);
    }

    function test_a_reclaim_is_told() public {
        uint256 id = delivered(ARBITER);
        vm.warp(START + EXPIRATION + 1);
        told();
        emit IDataMarket.Reclaimed(id, SELLER, BUYER);
        vm.prank(SELLER);
        market.reclaim(id);
        assertMoments(id, START, START, START, 0, START + EXPIRATION + 1);
    }

    function test_a_dispute_tells_how_it_was_opened_and_ruled() public {
        uint256 id = delivered(ARBITER);
        vm.warp(START + 7);
        told();
        emit IDataMarket.DisputeOpened(id, SELLER, BUYER);
        vm.prank(BUYER);
        market.dispute(id);

        vm.warp(START + 9);
        told();
        emit PullLedger.Credited(id, ARBITER, GUARANTEE);
        told();
        emit PullLedger.Credited(id, BUYER, TOTAL);
        told();
        emit IDataMarket.Ruled(id, SELLER, BUYER, ARBITER, true);
        vm.prank(ARBITER);
        market.rule(id, true);
        assertMoments(id, START, START, START, START + 7, START + 9);
    }

    function test_a_dispute_nobody_rules_on_tells_what_was_burned() public {
        uint256 id = disputed(address(0));
        told();
        emit PullLedger.Burned(id, 2 * uint256(GUARANTEE));
        told();
        emit PullLedger.Credited(id, BUYER, VALUE / 2);
        told();
        emit PullLedger.Credited(id, SELLER, VALUE / 2);
        told();
        emit IDataMarket.DisputeClosed(id, SELLER, BUYER, 2 * uint256(GUARANTEE));
        vm.prank(STRANGER);
        market.closeDispute(id);
        assertMoments(id, START, START, START, START, START);
    }

    /// @dev What is emitted next is what the market must tell next.
    function told() private {
        vm.expectEmit(address(market));
    }

    function assertMoments(
        uint256 id,
        uint256 paidAt,
        uint256 requestedAt,
        uint256 deliveredAt,
        uint256 disputedAt,
        uint256 closedAt
    ) private view {
        IDataMarket.PurchaseView memory purchase = market.getPurchase(id);
        vm.assertEq(purchase.paidAt, paidAt, "paid at");
        vm.assertEq(purchase.requestedAt, requestedAt, "requested at");
        vm.assertEq(purchase.deliveredAt, deliveredAt, "delivered at");
        vm.assertEq(purchase.disputedAt, disputedAt, "disputed at");
        vm.assertEq(purchase.closedAt, closedAt, "closed at");
    }
}
