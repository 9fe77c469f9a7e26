// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DataMarket} from "../../DataMarket.sol";
import {IDataMarket} from "../../IDataMarket.sol";
import {vm} from "./Vm.sol";

/// @dev A market with one listing, four parties, and the way to each state.
abstract contract MarketTest {
    address internal constant SELLER = address(0x5E11E6);
    address internal constant BUYER = address(0xB4E6);
    address internal constant ARBITER = address(0xA6B17E6);
    address internal constant STRANGER = address(0x57A2);

    uint256 internal constant START = 1_800_000_000;
    uint128 internal constant VALUE = 1 ether;
    uint128 internal constant GUARANTEE = 0.5 ether;
    uint128 internal constant FEE = 0.1 ether;
    uint256 internal constant TOTAL = uint256(VALUE) + GUARANTEE;
    uint32 internal constant DELIVERY = 1 days;
    uint32 internal constant EXPIRATION = 2 days;
    uint32 internal constant DISPUTE = 3 days;

    bytes32 internal constant REQUEST = keccak256("request");
    bytes internal constant ANSWER = "sealed answer";
    string internal constant URL = "https://seller.example/v1/listings/wages";

    DataMarket internal market;

    function setUp() public virtual {
        vm.warp(START);
        market = new DataMarket(1 hours);
        address[4] memory parties = [SELLER, BUYER, ARBITER, STRANGER];
        for (uint256 i = 0; i < parties.length; i++) {
            vm.deal(parties[i], 100 ether);
        }
    }

    function termsWith(address arbiter) internal pure returns (IDataMarket.Terms memory) {
        return IDataMarket.Terms({
            value: VALUE,
            guarantee: GUARANTEE,
            interactionFee: FEE,
            deliverySeconds: DELIVERY,
            expirationSeconds: EXPIRATION,
            disputeSeconds: DISPUTE,
            arbiter: arbiter,
            detailsHash: keccak256("details")
        });
    }

    function list(IDataMarket.Terms memory terms) internal returns (uint256) {
        vm.prank(SELLER);
        return market.createListing(terms, URL);
    }

    function buyFrom(uint256 listingId, address buyer) internal returns (uint256) {
        IDataMarket.ListingView memory listing = market.getListing(listingId);
        uint256 totalWei = uint256(listing.terms.value) + listing.terms.guarantee;
        vm.prank(buyer);
        return market.buy{value: totalWei}(listingId, listing.termsHash, totalWei, block.timestamp);
    }

    function paid(address arbiter) internal returns (uint256) {
        return buyFrom(list(termsWith(arbiter)), BUYER);
    }

    function opened(address arbiter) internal returns (uint256 id) {
        id = paid(arbiter);
        vm.prank(BUYER);
        market.openInteraction(id);
    }

    function request(uint256 id) internal {
        vm.prank(BUYER);
        market.requestResult(id, REQUEST);
    }

    function requested(address arbiter) internal returns (uint256 id) {
        id = paid(arbiter);
        request(id);
    }

    function deliver(uint256 id) internal {
        uint256 bondWei = market.getPurchase(id).terms.guarantee;
        vm.prank(SELLER);
        market.deliverResult{value: bondWei}(id, REQUEST, ANSWER);
    }

    function delivered(address arbiter) internal returns (uint256 id) {
        id = requested(arbiter);
        deliver(id);
    }

    function disputed(address arbiter) internal returns (uint256 id) {
        id = delivered(arbiter);
        vm.prank(BUYER);
        market.dispute(id);
    }

    function assertState(uint256 id, IDataMarket.State expected) internal view {
        vm.assertEq(uint256(market.getPurchase(id).state), uint256(expected), "state");
    }

    function assertCredits(uint256 sellerWei, uint256 buyerWei, uint256 arbiterWei, uint256 burnedWei) internal view {
        vm.assertEq(market.balanceOf(SELLER), sellerWei, "credited to the seller");
        vm.assertEq(market.balanceOf(BUYER), buyerWei, "credited to the buyer");
        vm.assertEq(market.balanceOf(ARBITER), arbiterWei, "credited to the arbiter");
        (uint256 heldWei, uint256 creditedWei, uint256 burned) = market.totals();
        vm.assertEq(creditedWei, sellerWei + buyerWei + arbiterWei, "credited in all");
        vm.assertEq(burned, burnedWei, "burned");
        vm.assertEq(address(market).balance, heldWei + creditedWei + burned, "balance of the market");
    }
}
