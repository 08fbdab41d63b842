// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Witness, WordAddress} from "../../verifiers/TensorTypes.sol";

/// @title Evidence
/// @notice What a proof of a wrong word commits to before it is shown.
library Evidence {
    /// @notice What nobody can commit to who has not found the word and what it was computed from.
    /// @param target The word
    /// @param witness What proves it wrong
    /// @return evidence Hash of both
    function hash(WordAddress calldata target, Witness calldata witness) internal pure returns (bytes32 evidence) {
        bytes32 words = keccak256(abi.encodePacked(witness.words));
        bytes32 siblings = keccak256(abi.encodePacked(witness.siblings));
        return keccak256(abi.encode(target, witness.shown, words, siblings));
    }
}
