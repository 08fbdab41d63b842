// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title HookedToken
/// @notice A token that calls whoever receives it, as MILL does not: what a registry must withstand all the same.
contract HookedToken is ERC20 {
    constructor() ERC20("Hooked", "HOOK") {
        _mint(msg.sender, 1e27);
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (to.code.length == 0) return;
        try Reentrant(to).received() {} catch {} // solhint-disable-line no-empty-blocks
    }
}

/// @title Reentrant
/// @notice An account that calls back while it is being paid.
contract Reentrant {
    address private _target;
    bytes private _callback;

    /// @notice Whether the call from within the last payment came through.
    bool public reentered;

    function arm(address target, bytes calldata callback) external {
        (_target, _callback, reentered) = (target, callback, false);
    }

    function execute(address target, bytes calldata data) external {
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, bytes memory reason) = target.call(data);
        if (done) return;
        // solhint-disable-next-line no-inline-assembly
        assembly {
            revert(add(reason, 32), mload(reason))
        }
    }

    function received() external {
        if (_callback.length == 0) return;
        bytes memory callback = _callback;
        delete _callback;
        // solhint-disable-next-line avoid-low-level-calls
        (reentered, ) = _target.call(callback);
    }
}
