// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Permissions} from "../common/Permissions.sol";
import {Wired} from "../common/Wired.sol";
import {IMillToken} from "./IMillToken.sol";
import {SupplyDays} from "./SupplyDays.sol";

/// @title MillToken
/// @notice See `IMillToken`.
contract MillToken is ERC20, ERC20Permit, ERC20Votes, Wired, IMillToken {
    using SafeCast for uint256;
    using SupplyDays for SupplyDays.History;

    SupplyDays.History private _supplies;
    /// @inheritdoc IMillToken
    uint256 public burnedByHolders;

    constructor(
        address deployer,
        address genesisReceiver,
        uint256 genesisMill
    ) ERC20("Millrace", "MILL") ERC20Permit("Millrace") Wired(deployer) {
        _mint(genesisReceiver, genesisMill);
    }

    // ─── READ ───

    /// @notice Time as votes are counted in: seconds, because rollups count blocks each in its own way.
    /// @return timepoint Now.
    function clock() public view override returns (uint48 timepoint) {
        return block.timestamp.toUint48();
    }

    /// @inheritdoc IMillToken
    function getPastTotalSupply(uint256 timepoint) public view override(Votes, IMillToken) returns (uint256 mill) {
        return _supplies.startOfDayOf(_validateTimepoint(timepoint), totalSupply());
    }

    // The name is the standard's.
    // solhint-disable func-name-mixedcase

    /// @notice The clock as ERC-6372 describes it.
    /// @return mode Its machine-readable name.
    function CLOCK_MODE() public pure override returns (string memory mode) {
        return "mode=timestamp";
    }

    // solhint-enable func-name-mixedcase

    /// @notice The next nonce of a signer, shared by approvals and delegations.
    /// @param owner The signer.
    /// @return nonce The nonce.
    function nonces(address owner) public view override(ERC20Permit, IERC20Permit, Nonces) returns (uint256 nonce) {
        return super.nonces(owner);
    }

    // ─── HOLDERS ───

    /// @inheritdoc IMillToken
    function burn(uint256 mill) external {
        _burnForGood(msg.sender, mill);
    }

    /// @inheritdoc IMillToken
    function burnFrom(address from, uint256 mill) external {
        _spendAllowance(from, msg.sender, mill);
        _burnForGood(from, mill);
    }

    // ─── SETTLEMENT ───

    /// @inheritdoc IMillToken
    function mint(address to, uint256 mill) external onlyWired(Permissions.MINT) {
        _mint(to, mill);
    }

    /// @inheritdoc IMillToken
    function retire(address from, uint256 mill) external onlyWired(Permissions.MINT) {
        if (from != msg.sender) _spendAllowance(from, msg.sender, mill);
        _burn(from, mill);
        emit Retired(from, mill);
    }

    // ─── INTERNAL ───

    /// @dev Counted apart from what the settlement retires, or equation (5) would lose it.
    function _burnForGood(address from, uint256 mill) private {
        burnedByHolders += mill;
        _burn(from, mill);
        emit BurnedByHolder(from, mill);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        if (from == address(0) || to == address(0)) _supplies.recordBefore(totalSupply());
        super._update(from, to, value);
    }

    function _getTotalSupply() internal view override returns (uint256 mill) {
        return totalSupply();
    }

    /// @dev Without the checkpoint of the total supply that `Votes` writes at every mint and burn: see `SupplyDays`.
    function _transferVotingUnits(address from, address to, uint256 amount) internal override {
        _moveDelegateVotes(_delegateOf(from), _delegateOf(to), amount);
    }

    function _delegateOf(address account) private view returns (address delegatee) {
        return account == address(0) ? account : delegates(account);
    }
}
