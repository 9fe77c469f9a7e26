// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataMarket} from "../IDataMarket.sol";
import {MarketTest} from "./support/MarketTest.sol";
import {vm} from "./support/Vm.sol";

/// @dev The contract of 2020 kept the guarantee for ever, and let a seller be paid who had delivered nothing.
contract Bugs2020Test is MarketTest {
    function test_confirmation_leaves_no_guarantee_behind() public {
        uint256 id = delivered(ARBITER);
        vm.prank(BUYER);
        market.confirmResult(id);
        assertEverythingLeaves();
        vm.assertEq(BUYER.balance, 100 ether - VALUE, "the buyer is out of the price alone");
    }

    function test_a_reclaim_leaves_no_guarantee_behind() public {
        uint256 id = delivered(ARBITER);
        vm.warp(START + EXPIRATION + 1);
        vm.prank(SELLER);
        market.reclaim(id);
        assertEverythingLeaves();
        vm.assertEq(SELLER.balance, 100 ether + VALUE, "the seller has the price and its bond back");
    }

    function test_a_seller_who_has_not_delivered_is_not_paid_however_long_it_waits() public {
        IDataMarket.State[2] memory states = [IDataMarket.State.Paid, IDataMarket.State.Requested];
        for (uint256 i = 0; i < states.length; i++) {
            uint256 id = i == 0 ? paid(ARBITER) : requested(ARBITER);
            vm.warp(block.timestamp + 10 * 365 days);
            vm.prank(SELLER);
            vm.expectRevert(
                abi.encodeWithSelector(IDataMarket.WrongState.selector, id, states[i], IDataMarket.State.Delivered)
            );
            market.reclaim(id);
            vm.assertEq(market.balanceOf(SELLER), 0, "paid for nothing");
            vm.prank(BUYER);
            market.litigate(id);
        }
        assertCredits(0, 2 * TOTAL, 0, 0);
    }

    function assertEverythingLeaves() private {
        vm.prank(BUYER);
        market.withdraw();
        vm.prank(SELLER);
        market.withdraw();
        vm.assertEq(address(market).balance, 0, "kept by the contract");
    }
}
