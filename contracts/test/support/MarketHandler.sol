// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DataMarket} from "../../DataMarket.sol";
import {IDataMarket} from "../../IDataMarket.sol";
import {RevertingReceiver} from "../mocks/Receivers.sol";
import {Chance} from "./Chance.sol";
import {vm} from "./Vm.sol";

/**
 * @dev Makes one random call to the market at a time, by anyone, at any time, on any listing or purchase, and knows from
 * its own books whether it must succeed and what it moves. A call that succeeds or fails against the books stops the run.
 * Every actor plays every part; the last cannot receive ether.
 */
contract MarketHandler is Chance {
    struct Entry {
        IDataMarket.Terms terms;
        address seller;
        address buyer;
        IDataMarket.State state;
        bool opened;
        uint256 clock; // when the state began
        uint256 heldWei;
        bytes32 requestHash;
    }

    uint32 private constant SHORTEST = 1 hours;

    DataMarket public immutable market;
    address[] private _actors;
    address[] private _listingSellers;
    bool[] private _listingOpen;
    IDataMarket.Terms[] private _listingTerms;
    Entry[] private _entries;

    mapping(address actor => uint256) public creditWei;
    uint256 public heldWei;
    uint256 public burnedWei;
    uint256 public forcedWei;

    constructor() {
        market = new DataMarket(SHORTEST);
        for (uint160 i = 1; i <= 4; i++) {
            _actors.push(address(i * 0xAC708));
        }
        _actors.push(address(new RevertingReceiver()));
        _list(_actors[0], _terms());
    }

    function actors() external view returns (address[] memory) {
        return _actors;
    }

    function purchases() external view returns (uint256) {
        return _entries.length;
    }

    function entry(uint256 id) external view returns (Entry memory) {
        return _entries[id - 1];
    }

    // ---- listings ----

    function createListing(uint256 seed) external seeded(seed) {
        _list(_anyone(), _terms());
    }

    function reprice(uint256 seed) external seeded(seed) {
        (uint256 id, address caller) = _listingAndCaller();
        IDataMarket.Terms memory terms = _terms();
        if (_try(caller, 0, abi.encodeCall(market.reprice, (id, terms)), caller == _listingSellers[id - 1])) {
            _listingTerms[id - 1] = terms;
        }
    }

    function closeOrReopen(uint256 seed) external seeded(seed) {
        (uint256 id, address caller) = _listingAndCaller();
        bool open = _random(4) != 0; // mostly open, or nothing is ever bought
        bool legal = caller == _listingSellers[id - 1] && open != _listingOpen[id - 1];
        bytes memory move =
            open ? abi.encodeCall(market.reopenListing, (id)) : abi.encodeCall(market.closeListing, (id));
        if (_try(caller, 0, move, legal)) _listingOpen[id - 1] = open;
    }

    function relocate(uint256 seed) external seeded(seed) {
        (uint256 id, address caller) = _listingAndCaller();
        _try(
            caller, 0, abi.encodeCall(market.relocate, (id, "https://moved.example")), caller == _listingSellers[id - 1]
        );
    }

    // ---- purchases ----

    function buy(uint256 seed) external seeded(seed) {
        uint256 id = 1 + _random(_listingSellers.length);
        IDataMarket.Terms memory terms = _listingTerms[id - 1];
        uint256 totalWei = uint256(terms.value) + terms.guarantee;
        uint256 payWei = _oneOrNear(totalWei);
        uint256 deadline = _random(8) == 0 ? block.timestamp - 1 : block.timestamp;
        bytes32 termsHash = keccak256(abi.encode(_listingSellers[id - 1], terms));
        if (_random(8) == 0) termsHash = keccak256(abi.encode(termsHash));
        bool legal = _listingOpen[id - 1] && payWei == totalWei && deadline == block.timestamp
            && termsHash == keccak256(abi.encode(_listingSellers[id - 1], terms));
        address buyer = _anyone();
        bytes memory move = abi.encodeCall(market.buy, (id, termsHash, totalWei, deadline));
        if (!_try(buyer, payWei, move, legal)) return;
        _entries.push(
            Entry(terms, _listingSellers[id - 1], buyer, IDataMarket.State.Paid, false, block.timestamp, totalWei, 0)
        );
        heldWei += totalWei;
    }

    function openInteraction(uint256 seed) external seeded(seed) {
        uint256 id = _purchaseIn(IDataMarket.State.Paid);
        if (id == 0) return;
        Entry storage e = _entries[id - 1];
        address caller = _mostly(e.buyer);
        bool legal = caller == e.buyer && e.state == IDataMarket.State.Paid && !e.opened;
        if (!_try(caller, 0, abi.encodeCall(market.openInteraction, (id)), legal)) return;
        e.opened = true;
        _credit(e, e.seller, e.terms.interactionFee);
    }

    function litigate(uint256 seed) external seeded(seed) {
        uint256 id = _random(2) == 0
            ? _anyPurchase()  // or too few purchases live long
            : _purchaseIn(_random(2) == 0 ? IDataMarket.State.Paid : IDataMarket.State.Requested);
        if (id == 0) return;
        Entry storage e = _entries[id - 1];
        address caller = _mostly(e.buyer);
        bool late = e.state == IDataMarket.State.Requested && block.timestamp > e.clock + e.terms.deliverySeconds;
        bool legal = caller == e.buyer && (e.state == IDataMarket.State.Paid || late);
        if (_try(caller, 0, abi.encodeCall(market.litigate, (id)), legal)) _refund(e);
    }

    function requestResult(uint256 seed) external seeded(seed) {
        uint256 id = _purchaseIn(IDataMarket.State.Paid);
        if (id == 0) return;
        Entry storage e = _entries[id - 1];
        address caller = _mostly(e.buyer);
        bytes32 requestHash = keccak256(abi.encode(seed));
        bool legal = caller == e.buyer && e.state == IDataMarket.State.Paid;
        if (!_try(caller, 0, abi.encodeCall(market.requestResult, (id, requestHash)), legal)) return;
        _enter(e, IDataMarket.State.Requested);
        e.requestHash = requestHash;
    }

    function decline(uint256 seed) external seeded(seed) {
        uint256 id = _random(2) == 0 ? _anyPurchase() : _purchaseIn(IDataMarket.State.Requested);
        if (id == 0) return;
        Entry storage e = _entries[id - 1];
        address caller = _mostly(e.seller);
        bool legal = caller == e.seller && e.state == IDataMarket.State.Requested;
        if (_try(caller, 0, abi.encodeCall(market.decline, (id)), legal)) _refund(e);
    }

    function deliverResult(uint256 seed) external seeded(seed) {
        uint256 id = _purchaseIn(IDataMarket.State.Requested);
        if (id == 0) return;
        Entry storage e = _entries[id - 1];
        address caller = _mostly(e.seller);
        // Now and then the request of another purchase, too long an answer, or a wrong bond.
        bytes32 requestHash = _random(8) == 0 ? _entries[_random(_entries.length)].requestHash : e.requestHash;
        bytes memory answer = new bytes(_random(32) == 0 ? 8193 * _random(2) : 1 + _random(64));
        uint256 bondWei = _oneOrNear(e.terms.guarantee);
        bool legal = caller == e.seller && e.state == IDataMarket.State.Requested && requestHash == e.requestHash
            && block.timestamp <= e.clock + e.terms.deliverySeconds && bondWei == e.terms.guarantee && answer.length > 0
            && answer.length <= 8192;
        bytes memory move = abi.encodeCall(market.deliverResult, (id, requestHash, answer));
        if (!_try(caller, bondWei, move, legal)) return;
        _enter(e, IDataMarket.State.Delivered);
        e.heldWei += bondWei;
        heldWei += bondWei;
    }

    function confirmResult(uint256 seed) external seeded(seed) {
        uint256 id = _random(2) == 0 ? _anyPurchase() : _purchaseIn(IDataMarket.State.Delivered);
        if (id == 0) return;
        Entry storage e = _entries[id - 1];
        address caller = _mostly(e.buyer);
        bool legal = caller == e.buyer && e.state == IDataMarket.State.Delivered;
        if (_try(caller, 0, abi.encodeCall(market.confirmResult, (id)), legal)) _settle(e);
    }

    function reclaim(uint256 seed) external seeded(seed) {
        uint256 id = _purchaseIn(IDataMarket.State.Delivered);
        if (id == 0) return;
        Entry storage e = _entries[id - 1];
        address caller = _mostly(e.seller);
        bool legal = caller == e.seller && e.state == IDataMarket.State.Delivered
            && block.timestamp > e.clock + e.terms.expirationSeconds;
        if (_try(caller, 0, abi.encodeCall(market.reclaim, (id)), legal)) _settle(e);
    }

    function dispute(uint256 seed) external seeded(seed) {
        uint256 id = _purchaseIn(IDataMarket.State.Delivered);
        if (id == 0) return;
        Entry storage e = _entries[id - 1];
        address caller = _mostly(e.buyer);
        bool legal = caller == e.buyer && e.state == IDataMarket.State.Delivered
            && block.timestamp <= e.clock + e.terms.expirationSeconds;
        if (_try(caller, 0, abi.encodeCall(market.dispute, (id)), legal)) _enter(e, IDataMarket.State.Disputed);
    }

    function rule(uint256 seed, bool forBuyer) external seeded(seed) {
        uint256 id = _purchaseIn(IDataMarket.State.Disputed);
        if (id == 0) return;
        Entry storage e = _entries[id - 1];
        address caller = _mostly(e.terms.arbiter == address(0) ? _anyone() : e.terms.arbiter);
        bool legal = caller == e.terms.arbiter && e.state == IDataMarket.State.Disputed
            && block.timestamp <= e.clock + e.terms.disputeSeconds;
        if (!_try(caller, 0, abi.encodeCall(market.rule, (id, forBuyer)), legal)) return;
        _enter(e, forBuyer ? IDataMarket.State.Refunded : IDataMarket.State.Settled);
        _credit(e, caller, e.terms.guarantee);
        _credit(e, forBuyer ? e.buyer : e.seller, e.heldWei);
    }

    function closeDispute(uint256 seed) external seeded(seed) {
        uint256 id = _purchaseIn(IDataMarket.State.Disputed);
        if (id == 0) return;
        Entry storage e = _entries[id - 1];
        bool legal = e.state == IDataMarket.State.Disputed
            && (e.terms.arbiter == address(0) || block.timestamp > e.clock + e.terms.disputeSeconds);
        if (!_try(_anyone(), 0, abi.encodeCall(market.closeDispute, (id)), legal)) return;
        _enter(e, IDataMarket.State.Settled);
        uint256 depositsWei = 2 * uint256(e.terms.guarantee);
        e.heldWei -= depositsWei;
        heldWei -= depositsWei;
        burnedWei += depositsWei;
        uint256 halfWei = e.heldWei / 2;
        _credit(e, e.seller, e.heldWei - halfWei);
        _credit(e, e.buyer, halfWei);
    }

    // ---- money, time ----

    function withdraw(uint256 seed) external seeded(seed) {
        address caller = _anyone();
        uint256 amountWei = creditWei[caller];
        bool canReceive = caller.code.length == 0;
        if (!_try(caller, 0, abi.encodeCall(market.withdraw, ()), amountWei > 0 && canReceive)) return;
        creditWei[caller] = 0;
        vm.assertEq(caller.balance, amountWei, "withdrawn");
    }

    function withdrawTo(uint256 seed) external seeded(seed) {
        address caller = _anyone();
        address to = _random(8) == 0 ? _actors[4] : address(0x70);
        uint256 before = to.balance;
        uint256 amountWei = creditWei[caller];
        bytes memory move = abi.encodeCall(market.withdrawTo, (payable(to)));
        if (!_try(caller, 0, move, amountWei > 0 && to.code.length == 0)) return;
        creditWei[caller] = 0;
        vm.assertEq(to.balance - before, amountWei, "withdrawn");
    }

    /// @dev Ether forced in counts for nobody.
    function force(uint256 seed) external seeded(seed) {
        uint256 amountWei = _random(1 ether);
        vm.deal(address(market), address(market).balance + amountWei);
        forcedWei += amountWei;
    }

    /// @dev Some time, or to one second around the deadline of some purchase.
    function wait(uint256 seed) external seeded(seed) {
        uint256 to = block.timestamp + _random(SHORTEST);
        if (_entries.length > 0 && _random(2) == 0) {
            uint256 deadline = market.getPurchase(1 + _random(_entries.length)).deadline;
            if (deadline > block.timestamp) to = deadline - 1 + _random(3);
        }
        vm.warp(to);
    }

    // ---- the books ----

    function _credit(Entry storage e, address account, uint256 amountWei) private {
        e.heldWei -= amountWei;
        heldWei -= amountWei;
        creditWei[account] += amountWei;
    }

    function _refund(Entry storage e) private {
        _enter(e, IDataMarket.State.Refunded);
        _credit(e, e.buyer, e.heldWei);
    }

    function _settle(Entry storage e) private {
        _enter(e, IDataMarket.State.Settled);
        _credit(e, e.seller, e.terms.value - (e.opened ? e.terms.interactionFee : 0) + e.terms.guarantee);
        _credit(e, e.buyer, e.terms.guarantee);
    }

    function _enter(Entry storage e, IDataMarket.State state) private {
        e.state = state;
        e.clock = block.timestamp;
    }

    function _list(address seller, IDataMarket.Terms memory terms) private {
        _try(seller, 0, abi.encodeCall(market.createListing, (terms, "https://seller.example")), true);
        _listingSellers.push(seller);
        _listingOpen.push(true);
        _listingTerms.push(terms);
    }

    // ---- chance ----

    function _anyone() private returns (address) {
        return _actors[_random(_actors.length)];
    }

    function _mostly(address party) private returns (address) {
        return _random(8) == 0 ? _anyone() : party;
    }

    function _listingAndCaller() private returns (uint256 id, address caller) {
        id = 1 + _random(_listingSellers.length);
        caller = _mostly(_listingSellers[id - 1]);
    }

    /// @dev 0: there is none yet.
    function _anyPurchase() private returns (uint256) {
        uint256 count = _entries.length;
        return count == 0 ? 0 : 1 + _random(count);
    }

    /// @dev Mostly one in that state, now and then any.
    function _purchaseIn(IDataMarket.State state) private returns (uint256) {
        uint256 id = _anyPurchase();
        if (id == 0 || _random(8) == 0) return id;
        uint256 count = _entries.length;
        for (uint256 i = 0; i < count && i < 32; i++) {
            uint256 index = (id - 1 + i) % count;
            if (_entries[index].state == state) return 1 + index;
        }
        return id;
    }

    function _terms() private returns (IDataMarket.Terms memory terms) {
        terms.value = uint128(1 + _random(_random(2) == 0 ? 10 : 1 ether));
        terms.arbiter = _random(2) == 0 ? address(0) : _anyone();
        uint256 least = terms.arbiter == address(0) ? (uint256(terms.value) + 1) / 2 : 0;
        terms.guarantee = uint128(least + _random(3) * _random(1 ether));
        terms.interactionFee = uint128(_random(uint256(terms.value) + 1));
        terms.deliverySeconds = uint32(SHORTEST + _random(SHORTEST));
        terms.expirationSeconds = uint32(SHORTEST + _random(SHORTEST));
        terms.disputeSeconds = uint32(SHORTEST + _random(SHORTEST));
        terms.detailsHash = bytes32(1 + _random(1000));
    }

    /// @dev Makes the call with exactly its payment at hand, and holds its outcome against what the books say.
    function _try(address caller, uint256 payWei, bytes memory move, bool legal) private returns (bool done) {
        vm.deal(caller, payWei);
        vm.prank(caller);
        (done,) = address(market).call{value: payWei}(move);
        vm.assertTrue(done == legal, legal ? "a legal move was refused" : "an illegal move was made");
    }
}
