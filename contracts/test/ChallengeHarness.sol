// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Challenge} from "../capacity/libraries/Challenge.sol";
import {PassHistory} from "../capacity/libraries/PassHistory.sol";
import {IKernel} from "../verifiers/IKernel.sol";

/// @title ChallengeHarness
/// @notice Makes the libraries of capacity proofs callable, and holds one history.
contract ChallengeHarness {
    using Challenge for Challenge.Work;
    using PassHistory for PassHistory.History;

    PassHistory.History private _history;

    function pass(uint32 epoch) external {
        _history.pass(epoch);
    }

    function strike(uint32 epoch) external returns (uint8 strikes) {
        return _history.strike(epoch);
    }

    function strikes() external view returns (uint8 count) {
        return _history.strikes;
    }

    function passedWithin(uint32 epoch, uint256 count) external view returns (bool passed) {
        return _history.passedWithin(epoch, count);
    }

    function depth(Challenge.Work memory work) external pure returns (uint256 height) {
        return work.depth();
    }

    /// @dev Products of the entries of many draws: draw i is the hash of `salt` and i.
    function drawnProducts(
        Challenge.Work memory work,
        bytes32 salt,
        uint256 draws,
        uint256 entries
    ) external pure returns (uint256[] memory products) {
        products = new uint256[](draws * entries);
        for (uint256 i = 0; i < products.length; ++i) {
            products[i] = work.entryOf(keccak256(abi.encode(salt, i / entries)), i % entries).product;
        }
    }

    function compute(
        Challenge.Work memory work,
        IKernel kernel,
        Challenge.Entry memory entry
    ) external pure returns (uint32 result) {
        return work.compute(kernel, entry);
    }
}
