// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/**
 * @title The money side of the market: what is held, what is owed to whom, what is burned.
 * @notice Every wei that a move paid in is in exactly one of three places: held for a purchase, credited to an account, or
 * burned. Payment is by pull, so that an account that cannot receive ether blocks nobody but itself. Ether forced in from
 * outside is in none of the three and nobody's.
 * @dev Nothing here is ever called by name from outside except `withdraw` and `withdrawTo`, the only calls out.
 */
abstract contract PullLedger is ReentrancyGuardTransient {
    event Credited(uint256 indexed purchaseId, address indexed account, uint256 amountWei);
    event Burned(uint256 indexed purchaseId, uint256 amountWei);
    event Withdrawn(address indexed account, address indexed to, uint256 amountWei);

    error NothingToWithdraw(address account);
    error MissingRecipient();
    error PaymentRefused(address to, uint256 amountWei);

    mapping(address account => uint256 amountWei) private _balances;
    uint256 private _heldWei;
    uint256 private _creditedWei;
    uint256 private _burnedWei;

    /// @notice Pays the caller all that is credited to it.
    function withdraw() external {
        _withdraw(payable(msg.sender));
    }

    /// @notice Pays all that is credited to the caller to another address.
    function withdrawTo(address payable to) external {
        if (to == address(0)) revert MissingRecipient();
        _withdraw(to);
    }

    /// @notice What `account` can withdraw.
    function balanceOf(address account) external view returns (uint256 amountWei) {
        return _balances[account];
    }

    /**
     * @notice The sums over all purchases and accounts. The contract's balance is never less than the three together.
     * @return heldWei paid in for purchases that are not closed
     * @return creditedWei credited and not yet withdrawn
     * @return burnedWei locked here for ever: no code path moves it
     */
    function totals() external view returns (uint256 heldWei, uint256 creditedWei, uint256 burnedWei) {
        return (_heldWei, _creditedWei, _burnedWei);
    }

    function _hold(uint256 amountWei) internal {
        _heldWei += amountWei;
    }

    function _credit(uint256 purchaseId, address account, uint256 amountWei) internal {
        _heldWei -= amountWei;
        _creditedWei += amountWei;
        _balances[account] += amountWei;
        emit Credited(purchaseId, account, amountWei);
    }

    function _burn(uint256 purchaseId, uint256 amountWei) internal {
        _heldWei -= amountWei;
        _burnedWei += amountWei;
        emit Burned(purchaseId, amountWei);
    }

    /// @dev The receiver's return data is never copied: returning megabytes costs only the receiver.
    function _withdraw(address payable to) private nonReentrant {
        uint256 amountWei = _balances[msg.sender];
        if (amountWei == 0) revert NothingToWithdraw(msg.sender);
        _balances[msg.sender] = 0;
        _creditedWei -= amountWei;
        emit Withdrawn(msg.sender, to, amountWei);
        if (!LowLevelCall.callNoReturn(to, amountWei, "")) revert PaymentRefused(to, amountWei);
    }
}
