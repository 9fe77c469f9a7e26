// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DataMarket} from "../DataMarket.sol";
import {IDataMarket} from "../IDataMarket.sol";
import {MarketHandler} from "./support/MarketHandler.sol";
import {vm} from "./support/Vm.sol";

/// @dev escrow.md's invariants, held after every random call; after each run everything is closed and paid out.
contract InvariantsTest {
    MarketHandler private _handler;
    DataMarket private _market;

    function setUp() public {
        vm.warp(1_800_000_000);
        _handler = new MarketHandler();
        _market = _handler.market();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariant_every_wei_is_held_credited_or_burned_and_the_balance_covers_it() public view {
        (uint256 heldWei, uint256 creditedWei, uint256 burnedWei) = _market.totals();
        vm.assertEq(heldWei, _handler.heldWei(), "held");
        vm.assertEq(burnedWei, _handler.burnedWei(), "burned");
        uint256 sumWei = 0;
        address[] memory actors = _handler.actors();
        for (uint256 i = 0; i < actors.length; i++) {
            uint256 creditWei = _handler.creditWei(actors[i]);
            vm.assertEq(_market.balanceOf(actors[i]), creditWei, "credited to one");
            sumWei += creditWei;
        }
        vm.assertEq(creditedWei, sumWei, "credited to all");
        vm.assertEq(address(_market).balance, heldWei + creditedWei + burnedWei + _handler.forcedWei(), "balance");
    }

    /// @dev After each run: one party alone, and time, ends every purchase; then nothing is owed any more.
    function afterInvariant() public {
        uint256 heldWei = 0;
        for (uint256 id = 1; id <= _handler.purchases(); id++) {
            heldWei += assertAsBooked(id);
        }
        vm.assertEq(heldWei, _handler.heldWei(), "held for all purchases");
        vm.warp(block.timestamp + 2 * 365 days);
        for (uint256 id = 1; id <= _handler.purchases(); id++) {
            close(id);
            IDataMarket.PurchaseView memory purchase = _market.getPurchase(id);
            vm.assertTrue(purchase.state >= IDataMarket.State.Refunded, "not closed");
            vm.assertEq(purchase.heldWei, 0, "held for a closed purchase");
        }
        address[] memory actors = _handler.actors();
        for (uint256 i = 0; i < actors.length; i++) {
            if (_market.balanceOf(actors[i]) == 0) continue;
            vm.prank(actors[i]);
            _market.withdrawTo(payable(address(0x70)));
        }
        (uint256 stillHeldWei, uint256 stillCreditedWei, uint256 burnedWei) = _market.totals();
        vm.assertEq(stillHeldWei + stillCreditedWei, 0, "liabilities");
        vm.assertEq(address(_market).balance, burnedWei + _handler.forcedWei(), "balance");
    }

    function assertAsBooked(uint256 id) private view returns (uint256) {
        IDataMarket.PurchaseView memory purchase = _market.getPurchase(id);
        MarketHandler.Entry memory entry = _handler.entry(id);
        vm.assertEq(uint256(purchase.state), uint256(entry.state), "state");
        vm.assertEq(purchase.heldWei, entry.heldWei, "held for one purchase");
        vm.assertEq(purchase.requestHash, entry.requestHash, "request hash");
        vm.assertEq(keccak256(abi.encode(purchase.terms)), keccak256(abi.encode(entry.terms)), "terms");
        return purchase.heldWei;
    }

    /// @dev By one honest party alone, now the buyer, now the seller where both could.
    function close(uint256 id) private {
        IDataMarket.PurchaseView memory purchase = _market.getPurchase(id);
        bool byBuyer = id % 2 == 0;
        if (purchase.state == IDataMarket.State.Paid) {
            vm.prank(purchase.buyer);
            _market.litigate(id);
        } else if (purchase.state == IDataMarket.State.Requested) {
            vm.prank(byBuyer ? purchase.buyer : purchase.seller);
            byBuyer ? _market.litigate(id) : _market.decline(id);
        } else if (purchase.state == IDataMarket.State.Delivered) {
            vm.prank(byBuyer ? purchase.buyer : purchase.seller);
            byBuyer ? _market.confirmResult(id) : _market.reclaim(id);
        } else if (purchase.state == IDataMarket.State.Disputed) {
            _market.closeDispute(id);
        }
    }
}
