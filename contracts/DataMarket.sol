// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IDataMarket} from "./IDataMarket.sol";
import {PullLedger} from "./PullLedger.sol";

/// @title One market per chain: no owner, no upgrade, no way to send it ether but the moves of a purchase.
contract DataMarket is IDataMarket, PullLedger {
    using SafeCast for uint256;

    uint256 private constant MAXIMUM_SECONDS = 365 days;
    uint256 private constant MAXIMUM_ANSWER_BYTES = 8192;
    uint256 private constant MAXIMUM_URL_BYTES = 256;

    struct Listing {
        Terms terms;
        address seller;
        bool open;
        string url;
    }

    struct Purchase {
        Terms terms;
        address seller;
        uint48 paidAt;
        uint48 requestedAt;
        address buyer;
        uint48 deliveredAt;
        uint48 disputedAt;
        uint128 heldWei;
        uint64 listingId;
        uint48 closedAt;
        State state;
        bool interactionOpened;
        bytes32 requestHash;
        bytes32 answerHash;
    }

    /// @dev In storage, not immutable, so that the deployed code is the same bytes on every chain and can be compared.
    uint64 public minimumSeconds;
    uint256 public listingCount;
    uint256 public purchaseCount;
    mapping(uint256 listingId => Listing) private _listings;
    mapping(uint256 purchaseId => Purchase) private _purchases;

    constructor(uint64 minimumSeconds_) {
        if (minimumSeconds_ == 0 || minimumSeconds_ > MAXIMUM_SECONDS) {
            revert InvalidMinimumSeconds(minimumSeconds_, MAXIMUM_SECONDS);
        }
        minimumSeconds = minimumSeconds_;
    }

    // ---- listings ----

    function createListing(Terms calldata terms, string calldata url) external returns (uint256 listingId) {
        _checkTerms(terms);
        _checkUrl(url);
        listingId = ++listingCount;
        Listing storage listing = _listings[listingId];
        listing.terms = terms;
        listing.seller = msg.sender;
        listing.open = true;
        listing.url = url;
        emit ListingCreated(listingId, msg.sender, terms.detailsHash, _termsHash(msg.sender, terms), terms, url);
    }

    function closeListing(uint256 listingId) external {
        Listing storage listing = _listingOfCaller(listingId);
        if (!listing.open) revert ListingIsClosed(listingId);
        listing.open = false;
        emit ListingClosed(listingId, msg.sender);
    }

    function reopenListing(uint256 listingId) external {
        Listing storage listing = _listingOfCaller(listingId);
        if (listing.open) revert ListingIsOpen(listingId);
        listing.open = true;
        emit ListingReopened(listingId, msg.sender);
    }

    function reprice(uint256 listingId, Terms calldata terms) external {
        Listing storage listing = _listingOfCaller(listingId);
        _checkTerms(terms);
        listing.terms = terms;
        emit ListingRepriced(listingId, msg.sender, terms.detailsHash, _termsHash(msg.sender, terms), terms);
    }

    function relocate(uint256 listingId, string calldata url) external {
        Listing storage listing = _listingOfCaller(listingId);
        _checkUrl(url);
        listing.url = url;
        emit ListingRelocated(listingId, msg.sender, url);
    }

    // ---- purchases ----

    function buy(uint256 listingId, bytes32 termsHash, uint256 maxTotalWei, uint256 deadline)
        external
        payable
        returns (uint256 purchaseId)
    {
        Listing storage listing = _existingListing(listingId);
        if (block.timestamp > deadline) revert TooLate(deadline);
        if (!listing.open) revert ListingIsClosed(listingId);
        Terms memory terms = listing.terms;
        address seller = listing.seller;
        bytes32 actual = _termsHash(seller, terms);
        if (termsHash != actual) revert TermsChanged(listingId, actual, termsHash);
        uint256 totalWei = uint256(terms.value) + terms.guarantee;
        if (totalWei > maxTotalWei) revert CostsMore(totalWei, maxTotalWei);
        if (msg.value != totalWei) revert WrongPayment(msg.value, totalWei);

        purchaseId = ++purchaseCount;
        Purchase storage purchase = _purchases[purchaseId];
        purchase.terms = terms;
        purchase.seller = seller;
        purchase.buyer = msg.sender;
        purchase.listingId = listingId.toUint64();
        purchase.paidAt = _now();
        purchase.state = State.Paid;
        _payIn(purchase, totalWei);
        emit Purchased(purchaseId, seller, msg.sender, listingId, actual, totalWei);
    }

    function openInteraction(uint256 purchaseId) external {
        Purchase storage purchase = _purchaseOfBuyer(purchaseId);
        _requireState(purchaseId, purchase, State.Paid);
        if (purchase.interactionOpened) revert InteractionAlreadyOpen(purchaseId);
        purchase.interactionOpened = true;
        uint256 feeWei = purchase.terms.interactionFee;
        _payOut(purchaseId, purchase, purchase.seller, feeWei);
        emit InteractionOpened(purchaseId, purchase.seller, msg.sender, feeWei);
    }

    function litigate(uint256 purchaseId) external {
        Purchase storage purchase = _purchaseOfBuyer(purchaseId);
        if (purchase.state == State.Requested) {
            _requireAfterDeadline(purchase);
        } else {
            _requireState(purchaseId, purchase, State.Paid);
        }
        uint256 refundWei = _refund(purchaseId, purchase);
        emit Litigated(purchaseId, purchase.seller, msg.sender, refundWei);
    }

    function requestResult(uint256 purchaseId, bytes32 requestHash) external {
        Purchase storage purchase = _purchaseOfBuyer(purchaseId);
        _requireState(purchaseId, purchase, State.Paid);
        if (requestHash == 0) revert MissingHash("requestHash");
        purchase.state = State.Requested;
        purchase.requestedAt = _now();
        purchase.requestHash = requestHash;
        emit ResultRequested(purchaseId, purchase.seller, msg.sender, requestHash, _deadline(purchase));
    }

    function decline(uint256 purchaseId) external {
        Purchase storage purchase = _purchaseOfSeller(purchaseId);
        _requireState(purchaseId, purchase, State.Requested);
        uint256 refundWei = _refund(purchaseId, purchase);
        emit Declined(purchaseId, msg.sender, purchase.buyer, refundWei);
    }

    function deliverResult(uint256 purchaseId, bytes32 requestHash, bytes calldata sealedAnswer) external payable {
        Purchase storage purchase = _purchaseOfSeller(purchaseId);
        _requireState(purchaseId, purchase, State.Requested);
        _requireByDeadline(purchase);
        if (requestHash != purchase.requestHash) revert WrongRequest(purchaseId, purchase.requestHash, requestHash);
        if (sealedAnswer.length == 0 || sealedAnswer.length > MAXIMUM_ANSWER_BYTES) {
            revert InvalidAnswerLength(sealedAnswer.length, MAXIMUM_ANSWER_BYTES);
        }
        uint256 bondWei = purchase.terms.guarantee;
        if (msg.value != bondWei) revert WrongPayment(msg.value, bondWei);

        bytes32 answerHash = keccak256(sealedAnswer);
        purchase.state = State.Delivered;
        purchase.deliveredAt = _now();
        purchase.answerHash = answerHash;
        _payIn(purchase, bondWei);
        emit Delivered(purchaseId, requestHash, answerHash, sealedAnswer);
    }

    function confirmResult(uint256 purchaseId) external {
        Purchase storage purchase = _purchaseOfBuyer(purchaseId);
        _requireState(purchaseId, purchase, State.Delivered);
        _settle(purchaseId, purchase);
        emit Confirmed(purchaseId, purchase.seller, msg.sender);
    }

    function reclaim(uint256 purchaseId) external {
        Purchase storage purchase = _purchaseOfSeller(purchaseId);
        _requireState(purchaseId, purchase, State.Delivered);
        _requireAfterDeadline(purchase);
        _settle(purchaseId, purchase);
        emit Reclaimed(purchaseId, msg.sender, purchase.buyer);
    }

    function dispute(uint256 purchaseId) external {
        Purchase storage purchase = _purchaseOfBuyer(purchaseId);
        _requireState(purchaseId, purchase, State.Delivered);
        _requireByDeadline(purchase);
        purchase.state = State.Disputed;
        purchase.disputedAt = _now();
        emit DisputeOpened(purchaseId, purchase.seller, msg.sender);
    }

    function rule(uint256 purchaseId, bool forBuyer) external {
        Purchase storage purchase = _existingPurchase(purchaseId);
        address arbiter = purchase.terms.arbiter;
        if (msg.sender != arbiter) revert NotTheArbiter(msg.sender, arbiter);
        _requireState(purchaseId, purchase, State.Disputed);
        _requireByDeadline(purchase);
        _close(purchase, forBuyer ? State.Refunded : State.Settled);
        // The two deposits are equal: the loser's goes to the arbiter, all else to the winner.
        _payOut(purchaseId, purchase, arbiter, purchase.terms.guarantee);
        _payOut(purchaseId, purchase, forBuyer ? purchase.buyer : purchase.seller, purchase.heldWei);
        emit Ruled(purchaseId, purchase.seller, purchase.buyer, arbiter, forBuyer);
    }

    function closeDispute(uint256 purchaseId) external {
        Purchase storage purchase = _existingPurchase(purchaseId);
        _requireState(purchaseId, purchase, State.Disputed);
        if (purchase.terms.arbiter != address(0)) _requireAfterDeadline(purchase);
        _close(purchase, State.Settled);
        uint256 burnedWei = 2 * uint256(purchase.terms.guarantee);
        _burnFrom(purchaseId, purchase, burnedWei);
        // The odd wei is the seller's: the buyer's half stays at or below the smallest guarantee.
        _payOut(purchaseId, purchase, purchase.buyer, purchase.heldWei / 2);
        _payOut(purchaseId, purchase, purchase.seller, purchase.heldWei);
        emit DisputeClosed(purchaseId, purchase.seller, purchase.buyer, burnedWei);
    }

    // ---- views ----

    function getListing(uint256 listingId) external view returns (ListingView memory) {
        Listing storage listing = _existingListing(listingId);
        return ListingView({
            seller: listing.seller,
            open: listing.open,
            termsHash: _termsHash(listing.seller, listing.terms),
            terms: listing.terms,
            url: listing.url
        });
    }

    function getPurchase(uint256 purchaseId) external view returns (PurchaseView memory) {
        Purchase storage purchase = _existingPurchase(purchaseId);
        return PurchaseView({
            listingId: purchase.listingId,
            seller: purchase.seller,
            buyer: purchase.buyer,
            state: purchase.state,
            interactionOpened: purchase.interactionOpened,
            paidAt: purchase.paidAt,
            requestedAt: purchase.requestedAt,
            deliveredAt: purchase.deliveredAt,
            disputedAt: purchase.disputedAt,
            closedAt: purchase.closedAt,
            deadline: _deadline(purchase),
            heldWei: purchase.heldWei,
            requestHash: purchase.requestHash,
            answerHash: purchase.answerHash,
            termsHash: _termsHash(purchase.seller, purchase.terms),
            terms: purchase.terms
        });
    }

    function termsHashOf(address seller, Terms calldata terms) external pure returns (bytes32) {
        return _termsHash(seller, terms);
    }

    // ---- money of one purchase ----

    function _payIn(Purchase storage purchase, uint256 amountWei) private {
        purchase.heldWei += amountWei.toUint128();
        _hold(amountWei);
    }

    /// @dev Reverts by underflow rather than pay one purchase with another's money.
    function _payOut(uint256 purchaseId, Purchase storage purchase, address account, uint256 amountWei) private {
        purchase.heldWei -= amountWei.toUint128();
        _credit(purchaseId, account, amountWei);
    }

    function _burnFrom(uint256 purchaseId, Purchase storage purchase, uint256 amountWei) private {
        purchase.heldWei -= amountWei.toUint128();
        _burn(purchaseId, amountWei);
    }

    function _refund(uint256 purchaseId, Purchase storage purchase) private returns (uint256 refundWei) {
        _close(purchase, State.Refunded);
        refundWei = purchase.heldWei;
        _payOut(purchaseId, purchase, purchase.buyer, refundWei);
    }

    /// @dev The buyer's guarantee back; all else, the value's rest and the bond, to the seller.
    function _settle(uint256 purchaseId, Purchase storage purchase) private {
        _close(purchase, State.Settled);
        _payOut(purchaseId, purchase, purchase.buyer, purchase.terms.guarantee);
        _payOut(purchaseId, purchase, purchase.seller, purchase.heldWei);
    }

    function _close(Purchase storage purchase, State state) private {
        purchase.state = state;
        purchase.closedAt = _now();
    }

    // ---- who, in which state, when ----

    function _existingListing(uint256 listingId) private view returns (Listing storage listing) {
        listing = _listings[listingId];
        if (listing.seller == address(0)) revert UnknownListing(listingId);
    }

    function _listingOfCaller(uint256 listingId) private view returns (Listing storage listing) {
        listing = _existingListing(listingId);
        if (msg.sender != listing.seller) revert NotTheSeller(msg.sender, listing.seller);
    }

    function _existingPurchase(uint256 purchaseId) private view returns (Purchase storage purchase) {
        purchase = _purchases[purchaseId];
        if (purchase.state == State.None) revert UnknownPurchase(purchaseId);
    }

    function _purchaseOfBuyer(uint256 purchaseId) private view returns (Purchase storage purchase) {
        purchase = _existingPurchase(purchaseId);
        if (msg.sender != purchase.buyer) revert NotTheBuyer(msg.sender, purchase.buyer);
    }

    function _purchaseOfSeller(uint256 purchaseId) private view returns (Purchase storage purchase) {
        purchase = _existingPurchase(purchaseId);
        if (msg.sender != purchase.seller) revert NotTheSeller(msg.sender, purchase.seller);
    }

    function _requireState(uint256 purchaseId, Purchase storage purchase, State expected) private view {
        if (purchase.state != expected) revert WrongState(purchaseId, purchase.state, expected);
    }

    /// @dev The last second of the clock that runs in the purchase's state; 0 where none runs.
    function _deadline(Purchase storage purchase) private view returns (uint256) {
        Terms storage terms = purchase.terms;
        State state = purchase.state;
        if (state == State.Requested) return uint256(purchase.requestedAt) + terms.deliverySeconds;
        if (state == State.Delivered) return uint256(purchase.deliveredAt) + terms.expirationSeconds;
        if (state == State.Disputed && terms.arbiter != address(0)) {
            return uint256(purchase.disputedAt) + terms.disputeSeconds;
        }
        return 0;
    }

    function _requireByDeadline(Purchase storage purchase) private view {
        uint256 deadline = _deadline(purchase);
        if (block.timestamp > deadline) revert TooLate(deadline);
    }

    function _requireAfterDeadline(Purchase storage purchase) private view {
        uint256 deadline = _deadline(purchase);
        if (block.timestamp <= deadline) revert NotYet(deadline);
    }

    function _now() private view returns (uint48) {
        return block.timestamp.toUint48();
    }

    // ---- terms ----

    function _termsHash(address seller, Terms memory terms) private pure returns (bytes32) {
        return keccak256(abi.encode(seller, terms));
    }

    /**
     * @dev Without an arbiter a dispute burns both deposits and halves the value. A guarantee of at least half the value
     * then makes lying and idle disputing cost at least what they bring.
     */
    function _checkTerms(Terms calldata terms) private view {
        if (terms.value == 0) revert ValueIsZero();
        if (terms.interactionFee > terms.value) revert FeeAboveValue(terms.interactionFee, terms.value);
        uint256 least = terms.arbiter == address(0) ? (uint256(terms.value) + 1) / 2 : 0;
        if (terms.guarantee < least) revert GuaranteeTooLow(terms.guarantee, least);
        _checkTime("deliverySeconds", terms.deliverySeconds);
        _checkTime("expirationSeconds", terms.expirationSeconds);
        _checkTime("disputeSeconds", terms.disputeSeconds);
        if (terms.detailsHash == 0) revert MissingHash("detailsHash");
    }

    function _checkTime(string memory field, uint256 givenSeconds) private view {
        if (givenSeconds < minimumSeconds || givenSeconds > MAXIMUM_SECONDS) {
            revert TimeOutOfRange(field, givenSeconds, minimumSeconds, MAXIMUM_SECONDS);
        }
    }

    function _checkUrl(string calldata url) private pure {
        uint256 length = bytes(url).length;
        if (length == 0 || length > MAXIMUM_URL_BYTES) revert InvalidUrlLength(length, MAXIMUM_URL_BYTES);
    }
}
