// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev A feed that does whatever it is told: dates answers freely, changes phase, dies, burns gas, answers garbage.
contract FeedMock {
    struct Round {
        int256 answer;
        uint256 startedAt;
        uint256 updatedAt;
    }

    enum Mood {
        Honest,
        Dead,
        GasBurner,
        Short,
        Bomb
    }

    uint8 public decimals;
    uint80 public latestId;
    Mood public mood;
    mapping(uint80 id => Round round) public rounds;

    error FeedMock_Dead();

    constructor(uint8 places) {
        decimals = places;
    }

    function set(uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt) external {
        rounds[id] = Round(answer, startedAt, updatedAt);
        latestId = id;
    }

    function setMood(Mood newMood) external {
        mood = newMood;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return getRoundData(latestId);
    }

    function getRoundData(uint80 id) public view returns (uint80, int256, uint256, uint256, uint80) {
        if (mood == Mood.Dead) revert FeedMock_Dead();
        if (mood == Mood.GasBurner) {
            while (true) {}
        }
        if (mood == Mood.Short) {
            assembly {
                return(0, 64)
            }
        }
        if (mood == Mood.Bomb) {
            assembly {
                return(0, 1000000)
            }
        }
        Round memory round = rounds[id];
        return (id, round.answer, round.startedAt, round.updatedAt, id);
    }
}
