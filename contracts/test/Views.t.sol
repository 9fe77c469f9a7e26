// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DataMarket} from "../DataMarket.sol";
import {IDataMarket} from "../IDataMarket.sol";
import {MarketTest} from "./support/MarketTest.sol";
import {vm} from "./support/Vm.sol";

/// @dev What is told of a purchase is what was bought, and a refusal names who called and who may.
contract ViewsTest is MarketTest {
    function test_a_purchase_tells_its_listing_and_the_hash_of_its_terms() public {
        list(termsWith(address(0)));
        uint256 listingId = list(termsWith(ARBITER));
        uint256 id = buyFrom(listingId, BUYER);
        IDataMarket.PurchaseView memory purchase = market.getPurchase(id);
        vm.assertEq(purchase.listingId, listingId, "listing");
        vm.assertTrue(purchase.termsHash == market.getListing(listingId).termsHash, "terms hash");
        vm.assertTrue(purchase.termsHash == market.termsHashOf(SELLER, termsWith(ARBITER)), "terms hash by hand");
    }

    function test_refusals_name_the_caller_and_whose_move_it_is() public {
        uint256 id = paid(ARBITER);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.NotTheBuyer.selector, STRANGER, BUYER));
        vm.prank(STRANGER);
        market.litigate(id);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.NotTheSeller.selector, STRANGER, SELLER));
        vm.prank(STRANGER);
        market.decline(id);
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.NotTheArbiter.selector, STRANGER, ARBITER));
        vm.prank(STRANGER);
        market.rule(id, true);
    }

    function test_the_shortest_time_may_be_as_long_as_the_longest_and_no_longer() public {
        uint64 longest = 365 days;
        vm.assertEq(new DataMarket(longest).minimumSeconds(), longest, "minimum");
        vm.expectRevert(abi.encodeWithSelector(IDataMarket.InvalidMinimumSeconds.selector, longest + 1, longest));
        new DataMarket(longest + 1);
    }
}
