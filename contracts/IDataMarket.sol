// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/**
 * @title The escrow between sellers and buyers of answers, and the registry that makes listings findable.
 * @notice Amounts are wei, times are seconds since the epoch, identifiers count from 1. Every deadline is the last second
 * at which the move in time is legal; the move that punishes lateness is legal from the next second on.
 */
interface IDataMarket {
    /// @notice What a buyer agrees to. A purchase keeps the terms it was bought under.
    struct Terms {
        /// The price.
        uint128 value;
        /// The buyer's deposit, and the bond the seller posts with the delivery.
        uint128 guarantee;
        /// The part of `value` that opening interactive use pays to the seller for good.
        uint128 interactionFee;
        /// The seller's time to answer a request.
        uint32 deliverySeconds;
        /// The buyer's time to confirm or dispute a delivery.
        uint32 expirationSeconds;
        /// The arbiter's time to rule on a dispute.
        uint32 disputeSeconds;
        /// Who rules on disputes; zero: nobody.
        address arbiter;
        /// keccak256 of the details document's bytes.
        bytes32 detailsHash;
    }

    enum State {
        None,
        Paid,
        Requested,
        Delivered,
        Disputed,
        Refunded,
        Settled
    }

    struct ListingView {
        address seller;
        bool open;
        bytes32 termsHash;
        Terms terms;
        string url;
    }

    struct PurchaseView {
        uint256 listingId;
        address seller;
        address buyer;
        State state;
        bool interactionOpened;
        /// When each move happened; 0: it has not.
        uint256 paidAt;
        uint256 requestedAt;
        uint256 deliveredAt;
        uint256 disputedAt;
        uint256 closedAt;
        /// The last second of the clock that runs in this state; 0: none runs.
        uint256 deadline;
        /// What the contract still holds for this purchase.
        uint256 heldWei;
        bytes32 requestHash;
        /// keccak256 of the sealed answer.
        bytes32 answerHash;
        bytes32 termsHash;
        Terms terms;
    }

    event ListingCreated(
        uint256 indexed listingId,
        address indexed seller,
        bytes32 indexed detailsHash,
        bytes32 termsHash,
        Terms terms,
        string url
    );
    event ListingClosed(uint256 indexed listingId, address indexed seller);
    event ListingReopened(uint256 indexed listingId, address indexed seller);
    event ListingRepriced(
        uint256 indexed listingId, address indexed seller, bytes32 indexed detailsHash, bytes32 termsHash, Terms terms
    );
    event ListingRelocated(uint256 indexed listingId, address indexed seller, string url);

    event Purchased(
        uint256 indexed purchaseId,
        address indexed seller,
        address indexed buyer,
        uint256 listingId,
        bytes32 termsHash,
        uint256 paidWei
    );
    event InteractionOpened(uint256 indexed purchaseId, address indexed seller, address indexed buyer, uint256 feeWei);
    event ResultRequested(
        uint256 indexed purchaseId,
        address indexed seller,
        address indexed buyer,
        bytes32 requestHash,
        uint256 deliveryDeadline
    );
    event Litigated(uint256 indexed purchaseId, address indexed seller, address indexed buyer, uint256 refundWei);
    event Declined(uint256 indexed purchaseId, address indexed seller, address indexed buyer, uint256 refundWei);
    event Delivered(uint256 indexed purchaseId, bytes32 requestHash, bytes32 answerHash, bytes sealedAnswer);
    event Confirmed(uint256 indexed purchaseId, address indexed seller, address indexed buyer);
    event Reclaimed(uint256 indexed purchaseId, address indexed seller, address indexed buyer);
    event DisputeOpened(uint256 indexed purchaseId, address indexed seller, address indexed buyer);
    event Ruled(
        uint256 indexed purchaseId, address indexed seller, address indexed buyer, address arbiter, bool forBuyer
    );
    event DisputeClosed(uint256 indexed purchaseId, address indexed seller, address indexed buyer, uint256 burnedWei);

    error UnknownListing(uint256 listingId);
    error UnknownPurchase(uint256 purchaseId);
    error NotTheSeller(address caller, address seller);
    error NotTheBuyer(address caller, address buyer);
    error NotTheArbiter(address caller, address arbiter);
    error WrongState(uint256 purchaseId, State actual, State expected);
    /// The move is legal only after `deadline`.
    error NotYet(uint256 deadline);
    /// The move was legal only up to and including `deadline`.
    error TooLate(uint256 deadline);

    error ListingIsClosed(uint256 listingId);
    error ListingIsOpen(uint256 listingId);
    error TermsChanged(uint256 listingId, bytes32 actual, bytes32 named);
    error CostsMore(uint256 totalWei, uint256 maxTotalWei);
    error WrongPayment(uint256 sentWei, uint256 expectedWei);
    error InteractionAlreadyOpen(uint256 purchaseId);
    error WrongRequest(uint256 purchaseId, bytes32 actual, bytes32 named);
    error InvalidAnswerLength(uint256 length, uint256 maximum);

    error InvalidMinimumSeconds(uint256 minimumSeconds, uint256 maximumSeconds);
    error ValueIsZero();
    error FeeAboveValue(uint256 interactionFee, uint256 value);
    error GuaranteeTooLow(uint256 guarantee, uint256 minimum);
    error TimeOutOfRange(string field, uint256 givenSeconds, uint256 minimumSeconds, uint256 maximumSeconds);
    error MissingHash(string field);
    error InvalidUrlLength(uint256 length, uint256 maximum);

    /// @notice Puts an offer of the caller's on sale.
    function createListing(Terms calldata terms, string calldata url) external returns (uint256 listingId);

    /// @notice Stops new purchases; live ones go on.
    function closeListing(uint256 listingId) external;

    function reopenListing(uint256 listingId) external;

    /// @notice Replaces the terms for purchases to come.
    function reprice(uint256 listingId, Terms calldata terms) external;

    /// @notice Says where the details are served from now on; live purchases follow.
    function relocate(uint256 listingId, string calldata url) external;

    /**
     * @notice Pays value + guarantee, exactly, into escrow.
     * @param termsHash the terms the buyer has seen; others, put in front of this call, make it revert
     * @param maxTotalWei the most the buyer agrees to pay
     * @param deadline the last second at which this purchase may happen
     */
    function buy(uint256 listingId, bytes32 termsHash, uint256 maxTotalWei, uint256 deadline)
        external
        payable
        returns (uint256 purchaseId);

    /// @notice Buyer, Paid, once: pays the interaction fee out of the value to the seller, for good.
    function openInteraction(uint256 purchaseId) external;

    /// @notice Buyer: takes back what is left, any time in Paid, or in Requested after the delivery deadline.
    function litigate(uint256 purchaseId) external;

    /// @notice Buyer, Paid: asks for the answer to the request with this digest. Starts the seller's clock.
    function requestResult(uint256 purchaseId, bytes32 requestHash) external;

    /// @notice Seller, Requested: will not answer; the buyer gets back what is left.
    function decline(uint256 purchaseId) external;

    /**
     * @notice Seller, Requested, up to the delivery deadline: publishes the sealed answer and posts the bond, which is
     * exactly the guarantee. Starts the buyer's clock.
     * @param requestHash the request that is answered; a delivery for one that a reorganisation replaced reverts
     */
    function deliverResult(uint256 purchaseId, bytes32 requestHash, bytes calldata sealedAnswer) external payable;

    /// @notice Buyer, Delivered, any time: value and bond to the seller, guarantee back to the buyer.
    function confirmResult(uint256 purchaseId) external;

    /// @notice Seller, Delivered, after the expiration: the same payment as a confirmation.
    function reclaim(uint256 purchaseId) external;

    /// @notice Buyer, Delivered, up to the expiration: says the answer is wrong.
    function dispute(uint256 purchaseId) external;

    /// @notice Arbiter, Disputed, in time: value and own deposit to the winner, the loser's deposit to the arbiter.
    function rule(uint256 purchaseId, bool forBuyer) external;

    /// @notice Anyone, Disputed, without an arbiter or after its time: the value in halves, both deposits burned.
    function closeDispute(uint256 purchaseId) external;

    function getListing(uint256 listingId) external view returns (ListingView memory);

    function getPurchase(uint256 purchaseId) external view returns (PurchaseView memory);

    /// @notice keccak256 of the ABI encoding of (seller, terms): what `buy` names.
    function termsHashOf(address seller, Terms calldata terms) external pure returns (bytes32);

    /// @notice The shortest time that terms may set.
    function minimumSeconds() external view returns (uint64);

    function listingCount() external view returns (uint256);

    function purchaseCount() external view returns (uint256);
}
