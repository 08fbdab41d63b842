// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title AttestorSet
/// @notice The signing keys of attestors by seat, as a list of versions, each acting from its epoch on.
/// @dev Only the version of a future epoch ever changes, so a seat means one key for all evidence of its epoch.
library AttestorSet {
    /// @notice Most seats: signers are one `uint32`, and a copy of the set stays under a million gas.
    uint256 internal constant MAX_SEATS = 32;

    /// @notice One version.
    /// @param fromEpoch First epoch in which it acts.
    /// @param keys Key of each seat.
    struct Version {
        uint32 fromEpoch;
        address[] keys;
    }

    /// @notice All versions. What nearly every report needs of them is in the first slot.
    /// @param count 4 bytes. Versions.
    /// @param newestFrom 4 bytes. First epoch of the newest version.
    /// @param versions By number from zero, ascending by epoch.
    /// @param none The set of epochs before the first version: never written, always empty.
    struct Book {
        uint32 count;
        uint32 newestFrom;
        mapping(uint256 number => Version version) versions;
        address[] none;
    }

    /// @notice Thrown when no seat is free.
    error AttestorSet_Full(uint256 maxSeats);

    /// @notice Thrown when a key has no seat.
    error AttestorSet_NoSeat(address key);

    /// @notice Signatures that a set needs: more than two thirds (X-15).
    /// @param seats Seats of the set
    /// @return quorum `floor(2n / 3) + 1`; zero for an empty set
    function quorumOf(uint256 seats) internal pure returns (uint256 quorum) {
        return seats == 0 ? 0 : (2 * seats) / 3 + 1;
    }

    /// @notice Attestors that must have seen a slot for it to be up: at least one of them is honest, and all honest
    /// ones together are enough whatever quorum of observations is chosen.
    /// @param seats Seats of the set
    /// @return threshold `n − quorum + 1`
    function thresholdOf(uint256 seats) internal pure returns (uint256 threshold) {
        return seats == 0 ? 0 : seats - quorumOf(seats) + 1;
    }

    /// @notice Keys of the set of an epoch, by seat; empty when no set acted yet.
    /// @param book The versions
    /// @param epoch The epoch
    /// @return keys The keys, left in storage: a report reads those of its signers only
    function keysAt(Book storage book, uint32 epoch) internal view returns (address[] storage keys) {
        uint256 low = 0;
        uint256 high = book.count;
        if (high == 0) return book.none;
        // The newest version is nearly always the one: try it before the search.
        if (book.newestFrom <= epoch) return book.versions[high - 1].keys;
        // Invariant: versions below `low` act at `epoch`, versions from `high` on do not.
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (book.versions[middle].fromEpoch <= epoch) low = middle + 1;
            else high = middle;
        }
        return low == 0 ? book.none : book.versions[low - 1].keys;
    }

    /// @notice Gives a key a seat.
    /// @param book The versions
    /// @param fromEpoch First epoch in which it sits
    /// @param key The key
    function add(Book storage book, uint32 fromEpoch, address key) internal {
        address[] storage keys = _keysFrom(book, fromEpoch);
        require(keys.length < MAX_SEATS, AttestorSet_Full(MAX_SEATS));
        keys.push(key);
    }

    /// @notice Takes the seat of a key away.
    /// @param book The versions
    /// @param fromEpoch First epoch in which it no longer sits
    /// @param key The key
    function remove(Book storage book, uint32 fromEpoch, address key) internal {
        address[] storage keys = _keysFrom(book, fromEpoch);
        keys[_seatOf(keys, key)] = keys[keys.length - 1];
        keys.pop();
    }

    /// @notice Puts another key into a seat.
    /// @param book The versions
    /// @param fromEpoch First epoch in which the new key sits
    /// @param key The key
    /// @param newKey The new key
    function replace(Book storage book, uint32 fromEpoch, address key, address newKey) internal {
        address[] storage keys = _keysFrom(book, fromEpoch);
        keys[_seatOf(keys, key)] = newKey;
    }

    /// @dev The version that acts from an epoch in the future, as a copy of the newest one if there is none yet.
    function _keysFrom(Book storage book, uint32 fromEpoch) private returns (address[] storage keys) {
        uint32 count = book.count;
        if (count != 0 && book.newestFrom == fromEpoch) return book.versions[count - 1].keys;
        Version storage version = book.versions[count];
        version.fromEpoch = fromEpoch;
        if (count != 0) version.keys = book.versions[count - 1].keys;
        (book.count, book.newestFrom) = (count + 1, fromEpoch);
        return version.keys;
    }

    function _seatOf(address[] storage keys, address key) private view returns (uint256 seat) {
        uint256 seats = keys.length;
        for (; seat < seats; ++seat) if (keys[seat] == key) return seat;
        revert AttestorSet_NoSeat(key);
    }
}
