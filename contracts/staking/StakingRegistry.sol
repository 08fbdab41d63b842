// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Permissions} from "../common/Permissions.sol";
import {DelegatedStake} from "./DelegatedStake.sol";
import {IStakingRegistry} from "./IStakingRegistry.sol";
import {SlashTable} from "./SlashTable.sol";
import {StakingState} from "./StakingState.sol";
import {Thawing} from "./Thawing.sol";

/// @title StakingRegistry
/// @notice See `IStakingRegistry`.
contract StakingRegistry is IStakingRegistry, DelegatedStake {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;
    using Thawing for Thawing.Queue;

    // ─── CONSTANTS ───

    /// @notice Longest metadata, bytes.
    uint256 public constant MAX_METADATA_LENGTH = 512;

    /// @notice Longest thaw that can be set.
    uint32 public constant MAX_THAW_SECONDS = 90 days;

    /// @notice Highest leverage that can be set.
    uint8 public constant MAX_LEVERAGE = 10;

    uint8 private constant _INITIAL_LEVERAGE = 4;

    // ─── IMMUTABLES ───

    uint32 private immutable _MIN_THAW_SECONDS;

    // ─── STORAGE ───

    mapping(address provider => address operator) private _operators;

    // ─── CONSTRUCTOR ───

    /// @notice Deploys with no accounts.
    /// @param deployer Account that wires and seals
    /// @param authority Access manager of the restricted functions
    /// @param token MILL
    /// @param settlement Settlement
    /// @param minThawSeconds_ Shortest thaw ever allowed: detection, challenge and dispute of this deployment, with a
    /// buffer
    /// @param thawSeconds_ Duration of thaws to begin with
    constructor(
        address deployer,
        address authority,
        address token,
        address settlement,
        uint32 minThawSeconds_,
        uint32 thawSeconds_
    ) StakingState(deployer, authority, token, settlement) {
        _MIN_THAW_SECONDS = minThawSeconds_;
        _setThawSeconds(thawSeconds_);
        _leverage = _INITIAL_LEVERAGE;
        emit LeverageChanged(_INITIAL_LEVERAGE);
    }

    // ─── READ ───

    /// @inheritdoc IStakingRegistry
    function isRegistered(address provider) external view returns (bool registered) {
        return _ledgers[provider].registered;
    }

    /// @inheritdoc IStakingRegistry
    function hasAccess(address provider) external view returns (bool access) {
        return _hasAccess(_ledgers[provider]);
    }

    /// @inheritdoc IStakingRegistry
    function accessOf(address provider) external view returns (uint256 required, uint256 weight) {
        Ledger storage ledger = _ledgers[provider];
        return (ledger.required, _weightOf(ledger));
    }

    /// @inheritdoc IStakingRegistry
    function accountOf(address provider) external view returns (Account memory account) {
        Ledger storage ledger = _ledgers[provider];
        (uint256 thawing, ) = ledger.thaws.sums();
        return
            Account({
                active: ledger.active,
                bonded: ledger.bonded,
                thawing: thawing.toUint96(),
                required: ledger.required,
                delegated: ledger.delegated,
                registered: ledger.registered
            });
    }

    /// @inheritdoc IStakingRegistry
    function operatorOf(address provider) external view returns (address operator) {
        return _operators[provider];
    }

    /// @inheritdoc IStakingRegistry
    function isOperator(address provider, address account) external view returns (bool operates) {
        return account == provider || (account != address(0) && account == _operators[provider]);
    }

    /// @inheritdoc IStakingRegistry
    function slashRowOf(SlashTable.Offence offence) external pure returns (SlashTable.Row memory row) {
        return SlashTable.rowOf(offence);
    }

    /// @inheritdoc IStakingRegistry
    function thawsOf(address provider) external view returns (Thaw[] memory thaws) {
        Ledger storage ledger = _ledgers[provider];
        thaws = new Thaw[](ledger.thaws.countOf());
        for (uint256 i = 0; i < thaws.length; ++i) thaws[i] = ledger.thaws.items[i];
    }

    /// @inheritdoc IStakingRegistry
    function withdrawable(address provider) external view returns (uint256 mill) {
        (, mill) = _ledgers[provider].thaws.sums();
    }

    /// @inheritdoc IStakingRegistry
    function totalHeld() external view returns (uint256 mill) {
        return _totalHeld;
    }

    /// @inheritdoc IStakingRegistry
    function thawSeconds() external view returns (uint32 seconds_) {
        return _thawSeconds;
    }

    /// @inheritdoc IStakingRegistry
    function minThawSeconds() external view returns (uint32 seconds_) {
        return _MIN_THAW_SECONDS;
    }

    /// @inheritdoc IStakingRegistry
    function leverage() external view returns (uint8 multiple) {
        return _leverage;
    }

    // ─── PROVIDERS ───

    /// @inheritdoc IStakingRegistry
    function register(string calldata metadata) external whenEntriesOpen {
        Ledger storage ledger = _ledgers[msg.sender];
        require(!ledger.registered, StakingRegistry_AlreadyRegistered(msg.sender));
        _checkMetadata(metadata);

        ledger.registered = true;
        emit Registered(msg.sender, metadata);
    }

    /// @inheritdoc IStakingRegistry
    function setMetadata(string calldata metadata) external {
        _registered(msg.sender);
        _checkMetadata(metadata);

        emit MetadataChanged(msg.sender, metadata);
    }

    /// @inheritdoc IStakingRegistry
    function deregister() external {
        Ledger storage ledger = _registered(msg.sender);
        // Stake left behind is no obstacle: whoever stakes a little for the caller could otherwise keep it here for
        // ever.
        require(ledger.required == 0, StakingRegistry_NodesLeft(msg.sender, ledger.required));

        ledger.registered = false;
        emit Deregistered(msg.sender);
        if (_operators[msg.sender] != address(0)) _setOperator(address(0));
    }

    /// @inheritdoc IStakingRegistry
    function setOperator(address operator) external {
        _registered(msg.sender);
        _setOperator(operator);
    }

    /// @inheritdoc IStakingRegistry
    function stake(uint256 mill) external {
        _stake(msg.sender, mill);
    }

    /// @inheritdoc IStakingRegistry
    function stakeFor(address provider, uint256 mill) external {
        _stake(provider, mill);
    }

    /// @inheritdoc IStakingRegistry
    function unstake(uint256 mill) external returns (uint256 thawId) {
        Ledger storage ledger = _ledgers[msg.sender];
        require(mill != 0, StakingRegistry_ZeroAmount());
        uint256 count = ledger.thaws.countOf();
        require(count < Thawing.MAX_THAWS, StakingRegistry_TooManyThaws(msg.sender, Thawing.MAX_THAWS));

        _takeActive(ledger, msg.sender, mill);
        _checkAccess(ledger, msg.sender);
        uint32 id = ++ledger.lastThawId;
        uint48 releaseAt = _releaseAt();
        ledger.thaws.push(count, Thaw({amount: mill.toUint96(), releaseAt: releaseAt, id: id}));
        emit ThawStarted({provider: msg.sender, thawId: id, mill: mill, releaseAt: releaseAt});
        return id;
    }

    /// @inheritdoc IStakingRegistry
    function cancelThaw(uint256 thawId) external {
        Ledger storage ledger = _ledgers[msg.sender];
        uint256 mill = ledger.thaws.remove(thawId);
        require(mill != 0, StakingRegistry_UnknownThaw(msg.sender, thawId));

        ledger.active += mill.toUint96();
        emit ThawCancelled(msg.sender, thawId, mill);
    }

    /// @inheritdoc IStakingRegistry
    function withdraw() external returns (uint256 mill) {
        mill = _ledgers[msg.sender].thaws.removeMatured();
        if (mill == 0) return 0;

        emit Withdrawn(msg.sender, mill);
        _payOut(msg.sender, mill);
    }

    // ─── MODULES ───

    /// @inheritdoc IStakingRegistry
    function bond(address provider, uint256 mill) external onlyWired(Permissions.BOND) {
        Ledger storage ledger = _registered(provider);

        _takeActive(ledger, provider, mill);
        ledger.bonded += mill.toUint96();
        _checkAccess(ledger, provider);
        emit Bonded(provider, msg.sender, mill);
    }

    /// @inheritdoc IStakingRegistry
    function unbond(address provider, uint256 mill) external onlyWired(Permissions.BOND) {
        Ledger storage ledger = _ledgers[provider];
        uint96 returned = Math.min(mill, ledger.bonded).toUint96();

        ledger.bonded -= returned;
        ledger.active += returned;
        emit Unbonded(provider, msg.sender, returned);
    }

    /// @inheritdoc IStakingRegistry
    function slashBond(
        SlashTable.Offence offence,
        address provider,
        uint256 mill,
        address buyer,
        address reporter
    ) external onlyWired(Permissions.SLASH) returns (uint256 toBuyer, uint256 toReporter, uint256 burned) {
        Ledger storage ledger = _ledgers[provider];
        uint96 taken = Math.min(mill, ledger.bonded).toUint96();
        (toBuyer, toReporter, burned) = SlashTable.splitDown({
            offence: offence,
            mill: taken,
            hasBuyer: buyer != address(0),
            hasReporter: reporter != address(0)
        });

        ledger.bonded -= taken;
        emit BondSlashed({
            provider: provider,
            offence: offence,
            buyer: buyer,
            reporter: reporter,
            toBuyer: toBuyer,
            toReporter: toReporter,
            burned: burned
        });
        _payShares({buyer: buyer, reporter: reporter, toBuyer: toBuyer, toReporter: toReporter, burned: burned});
    }

    /// @inheritdoc IStakingRegistry
    function slashStake(
        SlashTable.Offence offence,
        address provider,
        uint256 mill,
        address reporter
    ) external onlyWired(Permissions.SLASH) returns (uint256 toReporter, uint256 burned) {
        Ledger storage ledger = _ledgers[provider];
        uint96 fromActive = Math.min(mill, ledger.active).toUint96();
        ledger.active -= fromActive;
        uint256 fromThawing = ledger.thaws.slash(provider, mill - fromActive);
        uint256 own = fromActive + fromThawing;
        uint256 fromDelegated = _slashDelegated(provider, mill - own);

        (, toReporter, burned) = SlashTable.splitDown({
            offence: offence,
            mill: own,
            hasBuyer: false,
            hasReporter: reporter != address(0)
        });
        burned += fromDelegated;
        emit StakeSlashed({
            provider: provider,
            offence: offence,
            reporter: reporter,
            fromActive: fromActive,
            fromThawing: fromThawing,
            fromDelegated: fromDelegated,
            toReporter: toReporter,
            burned: burned
        });
        _payShares({buyer: address(0), reporter: reporter, toBuyer: 0, toReporter: toReporter, burned: burned});
    }

    /// @inheritdoc IStakingRegistry
    function setRequired(address provider, uint256 mill) external onlyWired(Permissions.REQUIRE) returns (bool access) {
        Ledger storage ledger = _ledgers[provider];
        ledger.required = mill.toUint96();
        emit RequiredChanged(provider, mill);
        return _hasAccess(ledger);
    }

    // ─── PARAMETERS ───

    /// @inheritdoc IStakingRegistry
    function setThawSeconds(uint32 seconds_) external restricted {
        _setThawSeconds(seconds_);
    }

    /// @inheritdoc IStakingRegistry
    function setLeverage(uint8 leverage_) external restricted {
        require(leverage_ <= MAX_LEVERAGE, StakingRegistry_LeverageOutOfBounds(leverage_, MAX_LEVERAGE));
        _leverage = leverage_;
        emit LeverageChanged(leverage_);
    }

    // ─── INTERNAL ───

    /// @dev The one way in: the caller pays, the provider's active stake grows, nothing else of it changes.
    function _stake(address provider, uint256 mill) private whenEntriesOpen {
        Ledger storage ledger = _registered(provider);
        require(mill != 0, StakingRegistry_ZeroAmount());

        ledger.active += mill.toUint96();
        emit Staked({provider: provider, payer: msg.sender, mill: mill});
        _payIn(mill);
    }

    /// @dev The one way out of a slash. A slash of nothing moves nothing, and must not fail for it.
    function _payShares(address buyer, address reporter, uint256 toBuyer, uint256 toReporter, uint256 burned) private {
        uint256 toSettlement = toBuyer + burned;
        _totalHeld -= toSettlement + toReporter;

        if (toReporter != 0) TOKEN.safeTransfer(reporter, toReporter);
        if (toSettlement != 0) {
            TOKEN.safeTransfer(address(SETTLEMENT), toSettlement);
            SETTLEMENT.compensate({buyer: buyer, millToBuyer: toBuyer, millToBurn: burned});
        }
    }

    function _takeActive(Ledger storage ledger, address provider, uint256 mill) private {
        uint96 active = ledger.active;
        require(mill <= active, StakingRegistry_ActiveTooLow(provider, active, mill));
        ledger.active = active - mill.toUint96();
    }

    function _setOperator(address operator) private {
        _operators[msg.sender] = operator;
        emit OperatorChanged(msg.sender, operator);
    }

    function _setThawSeconds(uint32 seconds_) private {
        require(
            seconds_ >= _MIN_THAW_SECONDS && seconds_ <= MAX_THAW_SECONDS,
            StakingRegistry_ThawSecondsOutOfBounds(seconds_, _MIN_THAW_SECONDS, MAX_THAW_SECONDS)
        );
        _thawSeconds = seconds_;
        emit ThawSecondsChanged(seconds_);
    }

    function _checkAccess(Ledger storage ledger, address provider) private view {
        uint256 required = ledger.required;
        uint256 weight = _weightOf(ledger);
        require(required <= weight, StakingRegistry_AccessLost(provider, required, weight));
    }

    function _checkMetadata(string calldata metadata) private pure {
        uint256 length = bytes(metadata).length;
        require(length <= MAX_METADATA_LENGTH, StakingRegistry_MetadataTooLong(length, MAX_METADATA_LENGTH));
    }
}
