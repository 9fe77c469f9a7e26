// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DataMarket} from "../../DataMarket.sol";
import {IDataMarket} from "../../IDataMarket.sol";

/// @dev Receivers of ether that misbehave. Their other moves are made by pranking from their address.

contract RevertingReceiver {
    error NotToday();

    receive() external payable {
        revert NotToday();
    }
}

contract GasBurningReceiver {
    receive() external payable {
        uint256 x;
        while (true) {
            unchecked {
                x++;
            }
        }
    }
}

/// @dev Answers a payment with a megabyte of zeros, as a success or as a failure.
contract MegabyteReceiver {
    bool private immutable _fails;

    constructor(bool fails) {
        _fails = fails;
    }

    receive() external payable {
        bool fails = _fails;
        assembly ("memory-safe") {
            if fails { revert(0, 1048576) }
            return(0, 1048576)
        }
    }
}

/// @dev While it is being paid, makes one prepared call back into the market and keeps what came of it.
contract ReenteringReceiver {
    DataMarket private immutable _market;
    uint256 private _valueWei;
    bytes private _call;
    bool public called;
    bool public succeeded;
    bytes public returned;

    constructor(DataMarket market) {
        _market = market;
    }

    function prepare(uint256 valueWei, bytes calldata call) external {
        _valueWei = valueWei;
        _call = call;
        called = false;
    }

    receive() external payable {
        if (called || _call.length == 0) return;
        called = true;
        (succeeded, returned) = address(_market).call{value: _valueWei}(_call);
    }
}
