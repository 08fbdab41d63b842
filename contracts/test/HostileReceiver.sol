// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev An account that is a contract and spoils whatever calls it: buyer, provider, delegator or challenger of tests,
/// which send in its name.
contract HostileReceiver {
    enum Mood {
        Accepts,
        Reverts,
        BurnsGas,
        ReturnsMuch
    }

    Mood public mood;
    uint256 private _work;

    error HostileReceiver_Refused();

    receive() external payable {
        _spoil();
    }

    fallback() external payable {
        _spoil();
    }

    function setMood(Mood newMood) external {
        mood = newMood;
    }

    function _spoil() private {
        require(mood != Mood.Reverts, HostileReceiver_Refused());
        if (mood == Mood.BurnsGas) while (gasleft() > 5_000) ++_work;
        if (mood == Mood.ReturnsMuch) {
            // solhint-disable-next-line no-inline-assembly
            assembly ("memory-safe") {
                return(0, 1000000)
            }
        }
    }
}
