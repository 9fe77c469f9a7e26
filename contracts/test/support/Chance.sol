// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev Many small choices out of the one random number that forge gives, so that it can repeat and shrink a run.
abstract contract Chance {
    uint256 private _seed;

    modifier seeded(uint256 seed) {
        _seed = seed;
        _;
    }

    function _random(uint256 bound) internal returns (uint256) {
        _seed = uint256(keccak256(abi.encode(_seed)));
        return _seed % bound;
    }

    /// @dev Mostly that amount, now and then one wei beside it.
    function _oneOrNear(uint256 amountWei) internal returns (uint256) {
        uint256 chance = _random(16);
        if (chance == 0) return amountWei + 1;
        return chance == 1 && amountWei > 0 ? amountWei - 1 : amountWei;
    }
}
