// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A verifier that answers whatever it was told to, whatever it is asked.
contract MisbehavedVerifier {
    enum Answer {
        True,
        False,
        Two,
        AllOnes,
        Short,
        Empty,
        Long,
        Reverts,
        RevertsLong,
        AllGas,
        Writes
    }

    Answer public answer;

    function setAnswer(Answer answer_) external {
        answer = answer_;
    }

    fallback() external {
        if (answer == Answer.Writes) answer = Answer.True;
        uint256 word = answer == Answer.False || answer == Answer.Empty ? 0 : 1;
        if (answer == Answer.Two) word = 2;
        if (answer == Answer.AllOnes) word = type(uint256).max;
        uint256 size = answer == Answer.Short ? 31 : 32;
        if (answer == Answer.Empty) size = 0;
        if (answer == Answer.Long || answer == Answer.RevertsLong) size = 500_000;
        bool reverts = answer == Answer.Reverts || answer == Answer.RevertsLong;
        if (answer == Answer.AllGas) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        assembly ("memory-safe") {
            mstore(0, word)
            if reverts {
                revert(0, size)
            }
            return(0, size)
        }
    }
}
