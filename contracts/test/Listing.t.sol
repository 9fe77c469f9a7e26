// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DataMarket} from "../DataMarket.sol";
import {IDataMarket} from "../IDataMarket.sol";
import {MarketTest} from "./support/MarketTest.sol";
import {vm} from "./support/Vm.sol";

contract ListingTest is MarketTest {
    function test_a_listing_shows_its_seller_terms_and_url() public {
        uint256 id = list(termsWith(ARBITER));
        IDataMarket.ListingView memory listing = market.getListing(id);
        vm.assertEq(id, 1, "ids count from 1");
        vm.assertEq(market.listingCount(), 1, "listings");
        vm.assertEq(listing.seller, SELLER, "seller");
        vm.assertTrue(listing.open, "open");
        vm.assertEq(listing.url, URL, "url");
        vm.assertEq(listing.termsHash, keccak256(abi.encode(SELLER, termsWith(ARBITER))), "terms hash");
        vm.assertEq(keccak256(abi.encode(listing.terms)), keccak256(abi.encode(termsWith(ARBITER))), "terms");
    }

    function test_the_terms_hash_covers_the_seller_and_every_term() public view {
        IDataMarket.Terms memory terms = termsWith(ARBITER);
        bytes32[10] memory hashes;
        hashes[0] = market.termsHashOf(SELLER, terms);
        hashes[1] = market.termsHashOf(STRANGER, terms);
        terms.value++;
        hashes[2] = market.termsHashOf(SELLER, terms);
        terms.guarantee++;
        hashes[3] = market.termsHashOf(SELLER, terms);
        terms.interactionFee++;
        hashes[4] = market.termsHashOf(SELLER, terms);
        terms.deliverySeconds++;
        hashes[5] = market.termsHashOf(SELLER, terms);
        terms.expirationSeconds++;
        hashes[6] = market.termsHashOf(SELLER, terms);
        terms.disputeSeconds++;
        hashes[7] = market.termsHashOf(SELLER, terms);
        terms.arbiter = STRANGER;
        hashes[8] = market.termsHashOf(SELLER, terms);
        terms.detailsHash = keccak256("other details");
        hashes[9] = market.termsHashOf(SELLER, terms);
        for (uint256 i = 0; i < hashes.length; i++) {
            for (uint256 j = 0; j < i; j++) {
                vm.assertTrue(hashes[i] != hashes[j], "two terms, one hash");
            }
        }
    }

    function test_terms_at_the_edge_of_what_is_allowed_are_taken() public {
        IDataMarket.Terms memory terms = termsWith(address(0));
        terms.value = 3;
        terms.guarantee = 2;
        terms.interactionFee = 3;
        terms.deliverySeconds = 1 hours;
        terms.expirationSeconds = 365 days;
        list(terms);
        terms.arbiter = ARBITER;
        terms.guarantee = 0;
        list(terms);
    }

    function test_terms_over_the_edge_are_refused_by_name() public {
        IDataMarket.Terms memory terms = termsWith(ARBITER);
        terms.value = 0;
        terms.interactionFee = 0;
        assertRefused(terms, abi.encodeWithSelector(IDataMarket.ValueIsZero.selector));

        terms = termsWith(ARBITER);
        terms.interactionFee = VALUE + 1;
        assertRefused(terms, abi.encodeWithSelector(IDataMarket.FeeAboveValue.selector, VALUE + 1, VALUE));

        terms = termsWith(address(0));
        terms.guarantee = VALUE / 2 - 1;
        assertRefused(terms, abi.encodeWithSelector(IDataMarket.GuaranteeTooLow.selector, VALUE / 2 - 1, VALUE / 2));
        terms.value = VALUE + 1;
        terms.guarantee = VALUE / 2;
        assertRefused(terms, abi.encodeWithSelector(IDataMarket.GuaranteeTooLow.selector, VALUE / 2, VALUE / 2 + 1));

        terms = termsWith(ARBITER);
        terms.detailsHash = 0;
        assertRefused(terms, abi.encodeWithSelector(IDataMarket.MissingHash.selector, "detailsHash"));
    }

    function test_each_time_is_held_between_the_minimum_and_a_year() public {
        uint32[2] memory bad = [uint32(1 hours - 1), uint32(365 days + 1)];
        for (uint256 i = 0; i < bad.length; i++) {
            IDataMarket.Terms memory terms = termsWith(ARBITER);
            terms.deliverySeconds = bad[i];
            assertRefused(terms, outOfRange("deliverySeconds", bad[i]));
            terms = termsWith(ARBITER);
            terms.expirationSeconds = bad[i];
            assertRefused(terms, outOfRange("expirationSeconds", bad[i]));
            terms = termsWith(ARBITER);
            terms.disputeSeconds = bad[i];
            assertRefused(terms, outOfRange("disputeSeconds", bad[i]));
        }
    }

    function test_the_url_is_neither_empty_nor_longer_than_256_bytes() public {
        string memory longest = string(new bytes(256));
        vm.prank(SELLER);
        uint256 id = market.createListing(termsWith(ARBITER), longest);
        string[2] memory bad = ["", string(new bytes(257))];
        for (uint256 i = 0; i < bad.length; i++) {
            bytes memory refusal =
                abi.encodeWithSelector(IDataMarket.InvalidUrlLength.selector, bytes(bad[i]).length, 256);
            vm.prank(SELLER);
            vm.expectRevert(refusal);
            market.createListing(termsWith(ARBITER), bad[i]);
            vm.prank(SELLER);
            vm.expectRevert(refusal);
            market.relocate(id, bad[i]);
        }
    }

    function test_a_market_without_a_sensible_minimum_time_cannot_be_made() public {
        uint64[2] memory bad = [uint64(0), uint64(365 days + 1)];
        for (uint256 i = 0; i < bad.length; i++) {
            vm.expectRevert(
                abi.encodeWithSelector(IDataMarket.InvalidMinimumSeconds.selector, bad[i], uint256(365 days))
            );
            new DataMarket(bad[i]);
        }
        vm.assertEq(new DataMarket(1).minimumSeconds(), 1, "the practice chain's minimum");
    }

    function test_a_closed_listing_sells_nothing_until_it_is_reopened() public {
        uint256 id = list(termsWith(ARBITER));
        vm.prank(SELLER);
        market.closeListing(id);
        bytes32 termsHash = market.getListing(id).termsHash;
        vm.prank(BUYER);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.ListingIsClosed.selector, id));
        market.buy{value: TOTAL}(id, termsHash, TOTAL, block.timestamp);
        vm.prank(SELLER);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.ListingIsClosed.selector, id));
        market.closeListing(id);

        vm.prank(SELLER);
        market.reopenListing(id);
        buyFrom(id, BUYER);
        vm.prank(SELLER);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.ListingIsOpen.selector, id));
        market.reopenListing(id);
    }

    function test_only_the_seller_changes_a_listing() public {
        uint256 id = list(termsWith(ARBITER));
        bytes memory refusal = abi.encodeWithSelector(IDataMarket.NotTheSeller.selector, STRANGER, SELLER);
        vm.prank(STRANGER);
        vm.expectRevert(refusal);
        market.closeListing(id);
        vm.prank(STRANGER);
        vm.expectRevert(refusal);
        market.reopenListing(id);
        vm.prank(STRANGER);
        vm.expectRevert(refusal);
        market.reprice(id, termsWith(STRANGER));
        vm.prank(STRANGER);
        vm.expectRevert(refusal);
        market.relocate(id, "https://elsewhere.example");
    }

    function test_an_unknown_listing_is_named() public {
        bytes memory refusal = abi.encodeWithSelector(IDataMarket.UnknownListing.selector, 7);
        vm.expectRevert(refusal);
        market.getListing(7);
        vm.expectRevert(refusal);
        market.closeListing(7);
        vm.expectRevert(refusal);
        market.buy(7, 0, 0, block.timestamp);
    }

    function test_changing_a_listing_in_any_way_leaves_a_live_purchase_as_it_was() public {
        uint256 id = list(termsWith(ARBITER));
        uint256 purchaseId = buyFrom(id, BUYER);
        bytes32 before = keccak256(abi.encode(market.getPurchase(purchaseId)));

        IDataMarket.Terms memory dearer = termsWith(address(0));
        dearer.value = 9 ether;
        dearer.guarantee = 8 ether;
        dearer.deliverySeconds = 365 days;
        vm.prank(SELLER);
        market.reprice(id, dearer);
        vm.prank(SELLER);
        market.relocate(id, "https://elsewhere.example");
        vm.prank(SELLER);
        market.closeListing(id);

        vm.assertEq(keccak256(abi.encode(market.getPurchase(purchaseId))), before, "the purchase changed");
        vm.assertEq(market.getListing(id).url, "https://elsewhere.example", "url");
        request(purchaseId);
        deliver(purchaseId);
        vm.prank(BUYER);
        market.confirmResult(purchaseId);
        assertCredits(VALUE + GUARANTEE, GUARANTEE, 0, 0);
    }

    function assertRefused(IDataMarket.Terms memory terms, bytes memory refusal) private {
        uint256 snapshot = vm.snapshotState();
        vm.prank(SELLER);
        vm.expectRevert(refusal);
        market.createListing(terms, URL);
        uint256 id = list(termsWith(ARBITER));
        vm.prank(SELLER);
        vm.expectRevert(refusal);
        market.reprice(id, terms);
        vm.revertToState(snapshot);
    }

    function outOfRange(string memory field, uint256 givenSeconds) private pure returns (bytes memory) {
        return abi.encodeWithSelector(
            IDataMarket.TimeOutOfRange.selector, field, givenSeconds, uint256(1 hours), uint256(365 days)
        );
    }
}
