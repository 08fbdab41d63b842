// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IAggregatorV3} from "./IAggregatorV3.sol";

/// @title PostedFeed
/// @notice A feed whose owner posts the answers, each a round: for chains that have no other feed, as local ones.
/// @dev One such feed is its owner's word and nothing more: `PriceOracle` wants at least two, of different owners.
contract PostedFeed is IAggregatorV3, Ownable {
    /// @dev An answer and when it was posted.
    struct Post {
        int192 answer;
        uint48 postedAt;
    }

    /// @notice Emitted when an answer was posted.
    /// @param answer The answer, with `decimals` decimals.
    /// @param roundId Its round; the first is 1.
    /// @param postedAt When.
    event Posted(int256 indexed answer, uint256 indexed roundId, uint256 postedAt);

    /// @notice Thrown when there is no such round.
    /// @param roundId The round asked for.
    error PostedFeed_NoRound(uint80 roundId);

    uint8 private immutable _DECIMALS;
    string private _description;
    Post[] private _posts;

    constructor(address owner, uint8 feedDecimals, string memory feedDescription) Ownable(owner) {
        _DECIMALS = feedDecimals;
        _description = feedDescription;
    }

    // ─── READ ───

    /// @inheritdoc IAggregatorV3
    function decimals() external view returns (uint8 places) {
        return _DECIMALS;
    }

    /// @inheritdoc IAggregatorV3
    function description() external view returns (string memory text) {
        return _description;
    }

    /// @inheritdoc IAggregatorV3
    function version() external pure returns (uint256 number) {
        return 1;
    }

    /// @inheritdoc IAggregatorV3
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        return getRoundData(uint80(_posts.length));
    }

    /// @inheritdoc IAggregatorV3
    function getRoundData(
        uint80 id
    )
        public
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        require(id != 0 && id <= _posts.length, PostedFeed_NoRound(id));
        Post memory found = _posts[id - 1];
        return (id, found.answer, found.postedAt, found.postedAt, id);
    }

    // ─── WRITE ───

    /// @notice Posts an answer as the next round.
    /// @dev Emits {Posted}. Requirements: the caller is the owner.
    /// @param answer The answer, with `decimals` decimals.
    /// @return roundId Its round.
    function post(int192 answer) external onlyOwner returns (uint80 roundId) {
        _posts.push(Post(answer, uint48(block.timestamp)));
        roundId = uint80(_posts.length);
        emit Posted(answer, roundId, block.timestamp);
    }
}
