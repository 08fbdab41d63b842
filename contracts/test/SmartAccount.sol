// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @notice An account that is a contract: its owner's key signs for it, unless it is told to answer otherwise.
contract SmartAccount is IERC1271 {
    enum Answer {
        ByKey,
        Never,
        Malformed,
        Long,
        AllGas
    }

    address private immutable _OWNER;
    Answer public answer;

    constructor(address owner) {
        _OWNER = owner;
    }

    function setAnswer(Answer answer_) external {
        answer = answer_;
    }

    function execute(address target, bytes calldata data) external returns (bytes memory result) {
        return Address.functionCall(target, data);
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4 magic) {
        if (answer == Answer.Malformed) {
            assembly ("memory-safe") {
                mstore(0, shl(224, 0x1626ba7e))
                return(0, 4)
            }
        }
        if (answer == Answer.Long) {
            assembly ("memory-safe") {
                mstore(0, not(0))
                return(0, 100000)
            }
        }
        if (answer == Answer.AllGas) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        (address signer, , ) = ECDSA.tryRecoverCalldata(hash, signature);
        bool isGood = answer == Answer.ByKey && signer == _OWNER;
        return isGood ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
