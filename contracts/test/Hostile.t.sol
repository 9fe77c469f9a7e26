// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IDataMarket} from "../IDataMarket.sol";
import {PullLedger} from "../PullLedger.sol";
import {GasBurningReceiver, MegabyteReceiver, ReenteringReceiver, RevertingReceiver} from "./mocks/Receivers.sol";
import {MarketTest} from "./support/MarketTest.sol";
import {vm} from "./support/Vm.sol";

/// @dev Parties that cannot or will not be paid, on both sides; reentrancy; ether nobody sent through a move.
contract HostileTest is MarketTest {
    uint256 private constant GAS_CAP = 2 ** 24;

    function test_a_buyer_that_cannot_be_paid_blocks_nobody() public {
        address[3] memory hostiles = refusers();
        for (uint256 i = 0; i < hostiles.length; i++) {
            uint256 snapshot = vm.snapshotState();
            address hostile = hostiles[i];
            vm.deal(hostile, 10 ether);
            uint256 id = buyFrom(list(termsWith(address(0))), hostile);
            vm.prank(hostile);
            market.requestResult(id, REQUEST);
            deliver(id);
            vm.warp(block.timestamp + EXPIRATION + 1);
            vm.prank(SELLER);
            market.reclaim(id);
            assertPaid(SELLER, uint256(VALUE) + GUARANTEE);
            assertStuckButRescuable(hostile, GUARANTEE);
            vm.revertToState(snapshot);
        }
    }

    function test_a_seller_that_cannot_be_paid_blocks_nobody() public {
        address[3] memory hostiles = refusers();
        for (uint256 i = 0; i < hostiles.length; i++) {
            uint256 snapshot = vm.snapshotState();
            address hostile = hostiles[i];
            vm.deal(hostile, 10 ether);
            vm.prank(hostile);
            uint256 listingId = market.createListing(termsWith(address(0)), URL);
            uint256 id = buyFrom(listingId, BUYER);
            vm.prank(BUYER);
            market.openInteraction(id);
            request(id);
            vm.prank(hostile);
            market.deliverResult{value: GUARANTEE}(id, REQUEST, ANSWER);
            vm.prank(BUYER);
            market.confirmResult(id);
            assertPaid(BUYER, GUARANTEE);
            assertStuckButRescuable(hostile, uint256(VALUE) + GUARANTEE);
            vm.revertToState(snapshot);
        }
    }

    function test_an_arbiter_that_cannot_be_paid_blocks_nobody() public {
        address arbiter = address(new RevertingReceiver());
        uint256 id = disputed(arbiter);
        vm.prank(arbiter);
        market.rule(id, true);
        assertPaid(BUYER, uint256(VALUE) + GUARANTEE);
        assertStuckButRescuable(arbiter, GUARANTEE);
    }

    function test_a_receiver_that_returns_a_megabyte_is_paid_at_its_own_cost() public {
        address hostile = address(new MegabyteReceiver(false));
        credit(hostile);
        vm.prank(hostile);
        uint256 before = gasleft();
        market.withdraw();
        vm.assertLe(before - gasleft(), GAS_CAP, "gas");
        vm.assertEq(hostile.balance, TOTAL, "paid");
    }

    function test_withdrawing_while_being_paid_is_refused_and_pays_once() public {
        ReenteringReceiver hostile = new ReenteringReceiver(market);
        bytes[2] memory calls =
            [abi.encodeCall(market.withdraw, ()), abi.encodeCall(market.withdrawTo, (payable(STRANGER)))];
        for (uint256 i = 0; i < calls.length; i++) {
            credit(address(hostile));
            paid(ARBITER); // another purchase's money, there to be stolen
            hostile.prepare(0, calls[i]);
            uint256 before = address(hostile).balance;
            vm.prank(address(hostile));
            market.withdraw();
            vm.assertTrue(hostile.called() && !hostile.succeeded(), "re-entered");
            vm.assertEq(
                bytes32(bytes4(hostile.returned())),
                bytes32(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector),
                "refusal"
            );
            vm.assertEq(address(hostile).balance - before, TOTAL, "paid once");
            vm.assertEq(market.balanceOf(address(hostile)), 0, "credit left");
            assertSolvent();
        }
    }

    function test_moves_made_while_being_paid_count_once_and_cost_what_they_cost() public {
        ReenteringReceiver hostile = new ReenteringReceiver(market);
        uint256 listingId = list(termsWith(ARBITER));
        credit(address(hostile));
        bytes32 termsHash = market.getListing(listingId).termsHash;
        hostile.prepare(TOTAL, abi.encodeCall(market.buy, (listingId, termsHash, TOTAL, block.timestamp)));
        vm.prank(address(hostile));
        market.withdraw();
        vm.assertTrue(hostile.succeeded(), "a purchase while being paid is an ordinary one");
        vm.assertEq(address(hostile).balance, 0, "paid with what came in");
        uint256 id = market.purchaseCount();
        vm.assertEq(market.getPurchase(id).buyer, address(hostile), "buyer");
        assertSolvent();

        credit(address(hostile));
        hostile.prepare(0, abi.encodeCall(market.litigate, (id)));
        vm.prank(address(hostile));
        market.withdraw();
        vm.assertTrue(hostile.succeeded(), "litigation while being paid is an ordinary one");
        vm.assertEq(market.balanceOf(address(hostile)), TOTAL, "credited once, to be withdrawn later");
        assertSolvent();
    }

    function test_forced_ether_is_nobodys_and_changes_nothing() public {
        uint256 id = delivered(ARBITER);
        force(3 ether);
        vm.prank(BUYER);
        market.confirmResult(id);
        assertPaid(SELLER, uint256(VALUE) + GUARANTEE);
        assertPaid(BUYER, GUARANTEE);
        vm.assertEq(address(market).balance, 3 ether, "only what was forced in is left");
        vm.expectRevert(abi.encodeWithSelector(PullLedger.NothingToWithdraw.selector, address(this)));
        market.withdraw();
    }

    function test_ether_that_belongs_to_no_move_is_refused() public {
        (bool done,) = address(market).call{value: 1}("");
        vm.assertTrue(!done, "took ether for nothing");
        uint256 id = paid(ARBITER);
        vm.prank(BUYER);
        (done,) = address(market).call{value: 1}(abi.encodeCall(market.litigate, (id)));
        vm.assertTrue(!done, "took ether with a move that costs none");
        (done,) = address(market).call(hex"01020304");
        vm.assertTrue(!done, "answered an unknown call");
    }

    function test_a_withdrawal_goes_where_its_owner_says_and_nowhere_else() public {
        credit(BUYER);
        vm.prank(BUYER);
        vm.expectRevert(abi.encodeWithSelector(PullLedger.MissingRecipient.selector));
        market.withdrawTo(payable(address(0)));
        vm.prank(BUYER);
        vm.expectRevert(abi.encodeWithSelector(PullLedger.PaymentRefused.selector, address(market), TOTAL));
        market.withdrawTo(payable(address(market)));
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(PullLedger.NothingToWithdraw.selector, STRANGER));
        market.withdrawTo(payable(STRANGER));

        uint256 before = ARBITER.balance;
        vm.prank(BUYER);
        market.withdrawTo(payable(ARBITER));
        vm.assertEq(ARBITER.balance - before, TOTAL, "paid");
        vm.prank(BUYER);
        vm.expectRevert(abi.encodeWithSelector(PullLedger.NothingToWithdraw.selector, BUYER));
        market.withdraw();
    }

    function refusers() private returns (address[3] memory) {
        return
            [address(new RevertingReceiver()), address(new GasBurningReceiver()), address(new MegabyteReceiver(true))];
    }

    /// @dev Buys and litigates for `account`, so that TOTAL is credited to it.
    function credit(address account) private {
        vm.deal(account, account.balance + TOTAL);
        uint256 id = buyFrom(list(termsWith(ARBITER)), account);
        vm.prank(account);
        market.litigate(id);
    }

    function force(uint256 amountWei) private {
        // PUSH20 market SELFDESTRUCT, run as creation code: pays without asking, under every fork's rules.
        bytes memory code = abi.encodePacked(hex"73", address(market), hex"ff");
        assembly ("memory-safe") {
            pop(create(amountWei, add(code, 0x20), mload(code)))
        }
        (uint256 heldWei, uint256 creditedWei, uint256 burnedWei) = market.totals();
        vm.assertEq(address(market).balance - heldWei - creditedWei - burnedWei, amountWei, "forced in");
    }

    function assertPaid(address account, uint256 amountWei) private {
        uint256 before = account.balance;
        vm.prank(account);
        market.withdraw();
        vm.assertEq(account.balance - before, amountWei, "withdrawn");
    }

    function assertStuckButRescuable(address hostile, uint256 amountWei) private {
        vm.prank(hostile);
        (bool done, bytes memory returned) = address(market).call{gas: GAS_CAP}(abi.encodeCall(market.withdraw, ()));
        vm.assertTrue(!done, "paid a receiver that refuses");
        vm.assertEq(
            keccak256(returned),
            keccak256(abi.encodeWithSelector(PullLedger.PaymentRefused.selector, hostile, amountWei)),
            "refusal"
        );
        vm.assertEq(market.balanceOf(hostile), amountWei, "credit kept");
        uint256 before = STRANGER.balance;
        vm.prank(hostile);
        market.withdrawTo(payable(STRANGER));
        vm.assertEq(STRANGER.balance - before, amountWei, "rescued");
    }

    function assertSolvent() private view {
        (uint256 heldWei, uint256 creditedWei, uint256 burnedWei) = market.totals();
        vm.assertGe(address(market).balance, heldWei + creditedWei + burnedWei, "insolvent");
    }
}
