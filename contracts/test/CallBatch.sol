// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @dev Answers many views in one call, all of one block.
contract CallBatch {
    using Address for address;

    struct View {
        address target;
        bytes data;
    }

    function read(View[] calldata views) external view returns (bytes[] memory answers) {
        answers = new bytes[](views.length);
        for (uint256 i = 0; i < views.length; ++i) answers[i] = views[i].target.functionStaticCall(views[i].data);
    }
}
