// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IAggregatorV3
/// @notice The part of Chainlink's `AggregatorV3Interface` that feeds of prices and of sequencer uptime share.
interface IAggregatorV3 {
    /// @notice Decimals of an answer.
    /// @return places How many.
    function decimals() external view returns (uint8 places);

    /// @notice What the feed answers.
    /// @return text A name such as "MILL / USD".
    function description() external view returns (string memory text);

    /// @notice Version of the feed's code.
    /// @return number The version.
    function version() external view returns (uint256 number);

    /// @notice A round; reverts or returns zeros if there is none of that number.
    /// @param id The round; its upper 16 bits are the phase of a proxy.
    /// @return roundId The same number.
    /// @return answer The answer, with `decimals` decimals.
    /// @return startedAt When the round began.
    /// @return updatedAt When the answer was written.
    /// @return answeredInRound Deprecated.
    function getRoundData(
        uint80 id
    )
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);

    /// @notice The last round; reverts or returns zeros if there is none.
    /// @return roundId Its number.
    /// @return answer The answer, with `decimals` decimals.
    /// @return startedAt When the round began.
    /// @return updatedAt When the answer was written.
    /// @return answeredInRound Deprecated.
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}
