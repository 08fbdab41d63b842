// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Units} from "../common/Units.sol";
import {EmissionSchedule} from "../settlement/EmissionSchedule.sol";
import {EpochClose} from "../settlement/EpochClose.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {ISettlementTerms} from "../settlement/ISettlementTerms.sol";

/// @dev Evaluates each equation of the settlement on many vectors in one call: a differential test of ten thousand of
/// them takes a second.
contract SettlementVectors {
    function creditsDown(uint256[3][] calldata vectors) external pure returns (uint256[] memory results) {
        results = new uint256[](vectors.length);
        for (uint256 i = 0; i < results.length; ++i) {
            results[i] = EpochClose.creditsDown(vectors[i][0], vectors[i][1], uint32(vectors[i][2]));
        }
    }

    function feeUp(uint256[2][] calldata vectors) external pure returns (uint256[] memory results) {
        results = new uint256[](vectors.length);
        for (uint256 i = 0; i < results.length; ++i) {
            results[i] = Units.mulPpmUp(vectors[i][0], uint32(vectors[i][1]));
        }
    }

    function burnedShareUp(uint256[3][] calldata vectors) external pure returns (uint256[] memory results) {
        results = new uint256[](vectors.length);
        for (uint256 i = 0; i < results.length; ++i) {
            results[i] = EpochClose.burnedShareUp(vectors[i][0], vectors[i][1], vectors[i][2]);
        }
    }

    function burnedShareDown(uint256[3][] calldata vectors) external pure returns (uint256[] memory results) {
        results = new uint256[](vectors.length);
        for (uint256 i = 0; i < results.length; ++i) {
            results[i] = EpochClose.burnedShareDown(vectors[i][0], vectors[i][1], vectors[i][2]);
        }
    }

    function scheduleDown(uint256[3][] calldata vectors) external pure returns (uint256[] memory results) {
        results = new uint256[](vectors.length);
        for (uint256 i = 0; i < results.length; ++i) {
            EmissionSchedule.Plan memory plan = EmissionSchedule.Plan({
                total: uint128(vectors[i][0]),
                floorPerYear: 0,
                decayWad: uint64(vectors[i][1]),
                epochSeconds: 1
            });
            results[i] = EmissionSchedule.scheduleDown(plan, uint32(vectors[i][2]));
        }
    }

    function floorDown(uint256[3][] calldata vectors) external pure returns (uint256[] memory results) {
        results = new uint256[](vectors.length);
        for (uint256 i = 0; i < results.length; ++i) {
            EmissionSchedule.Plan memory plan = EmissionSchedule.Plan({
                total: 0,
                floorPerYear: uint128(vectors[i][0]),
                decayWad: 0,
                epochSeconds: uint32(vectors[i][1])
            });
            results[i] = EmissionSchedule.floorDown(plan, uint32(vectors[i][2]));
        }
    }

    function emissionDown(uint256[4][] calldata vectors) external pure returns (uint256[] memory results) {
        results = new uint256[](vectors.length);
        for (uint256 i = 0; i < results.length; ++i) {
            results[i] = EpochClose.emissionDown(vectors[i][0], vectors[i][1], vectors[i][2], uint32(vectors[i][3]));
        }
    }

    function topUpDown(uint256[5][] calldata vectors) external pure returns (uint256[] memory results) {
        results = new uint256[](vectors.length);
        for (uint256 i = 0; i < results.length; ++i) {
            uint256[5] calldata v = vectors[i];
            results[i] = EpochClose.topUpDown(v[0], v[1], v[2], v[3], uint32(v[4]));
        }
    }

    function rateDown(uint256[3][] calldata vectors) external pure returns (uint256[] memory results) {
        results = new uint256[](vectors.length);
        for (uint256 i = 0; i < results.length; ++i) {
            results[i] = EpochClose.rateDown(vectors[i][0], vectors[i][1], vectors[i][2]);
        }
    }

    function redeemDown(uint256[2][] calldata vectors) external pure returns (uint256[] memory results) {
        results = new uint256[](vectors.length);
        for (uint256 i = 0; i < results.length; ++i) {
            results[i] = EpochClose.redeemDown(vectors[i][0], vectors[i][1]);
        }
    }

    function feeBurnDown(uint256[4][] calldata vectors) external pure returns (uint256[] memory results) {
        results = new uint256[](vectors.length);
        for (uint256 i = 0; i < results.length; ++i) {
            results[i] = EpochClose.feeBurnDown(vectors[i][0], vectors[i][1], vectors[i][2], vectors[i][3]);
        }
    }

    function surplusBurnDown(uint256[4][] calldata vectors) external pure returns (uint256[] memory results) {
        results = new uint256[](vectors.length);
        for (uint256 i = 0; i < results.length; ++i) {
            uint256[4] calldata v = vectors[i];
            results[i] = EpochClose.surplusBurnDown(v[0], v[1], uint32(v[2]), uint32(v[3]));
        }
    }

    function nextFeeBurnEmaDown(uint256[2][] calldata vectors) external pure returns (uint256[] memory results) {
        results = new uint256[](vectors.length);
        for (uint256 i = 0; i < results.length; ++i) {
            results[i] = EpochClose.nextFeeBurnEmaDown(vectors[i][0], vectors[i][1]);
        }
    }

    function close(
        EpochClose.Book[] memory books,
        EpochClose.Facts[] memory facts,
        ISettlementTerms.CloseTerms[] memory terms
    ) external pure returns (EpochClose.Book[] memory, IBurnMintSettlement.Closing[] memory closings) {
        closings = new IBurnMintSettlement.Closing[](books.length);
        for (uint256 i = 0; i < books.length; ++i) closings[i] = EpochClose.close(books[i], facts[i], terms[i]);
        return (books, closings);
    }
}
