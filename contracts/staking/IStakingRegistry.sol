// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDelegatedStake} from "./IDelegatedStake.sol";
import {SlashTable} from "./SlashTable.sol";

/// @title IStakingRegistry
/// @notice Who may work, and what answers for it: providers' own stake, the bonds of their jobs, thawing exits,
/// slashes.
/// @dev Stake that others lend is described in {IDelegatedStake}. A provider's own MILL is in one of three places:
///
/// ```
///            stake, stakeFor            bond                     slashBond
///   wallet ────────────────▶ active ─────────────▶ bonded ───────────────▶ buyer, reporter, burned
///      ▲                     │  ▲  ▲                 │                                ▲
///      │             unstake │  │  └───── unbond ────┘                                │
///      │                     ▼  │ cancelThaw                                          │
///      └─── withdraw ◀──── thawing ──────────────── slashStake (active first) ────────┘
/// ```
///
/// Two keys: the owner, whose address the provider is, moves money and takes nodes in and out; its operator works for
/// it and can do neither. Rewards go to the payout account that the owner names at the settlement.
///
/// Assumptions: MILL is a plain ERC-20 without fees or hooks; modules wired here keep to their permissions and never
/// slash or release more than the bonds that they took.
///
/// Promises:
/// - MILL held equals the sum of all accounts, `totalHeld()`, at every block; donations count for nothing (I2).
/// - A slash never reverts because of its amount, pays no more than it takes, burns at least a fifth (I5).
/// - `unstake` (unless it would leave nodes without their stake), `cancelThaw`, `withdraw` and `deregister` work in a
///   pause (I4); nobody but the provider touches its thaws (I11), except to slash them.
/// - No parameter change reaches a thaw that has started (I10).
///
/// Equations:
/// - (S1) `weight = active + min(delegated, leverage · active)`; bonded and thawing stake count for nothing.
/// - (S2) a provider has access ⇔ it is registered and `required ≤ weight`.
interface IStakingRegistry is IDelegatedStake {
    // ─── TYPES ───

    /// @notice A provider's account as `accountOf` shows it, MILL throughout.
    /// @param active Stake that gives access and can be bonded or withdrawn
    /// @param bonded Stake that answers for open jobs
    /// @param thawing Stake on its way out, matured or not
    /// @param required Stake that the provider's nodes need
    /// @param delegated Stake of others that counts for access within the leverage: without what is on its way out
    /// @param registered Whether the provider is registered
    struct Account {
        uint96 active;
        uint96 bonded;
        uint96 thawing;
        uint96 required;
        uint96 delegated;
        bool registered;
    }

    /// @notice An exit under way.
    /// @param amount What is left of it, MILL
    /// @param releaseAt When it matures; from this second on it can be withdrawn and no longer slashed
    /// @param id Its number, unique for the provider
    struct Thaw {
        uint96 amount;
        uint48 releaseAt;
        uint32 id;
    }

    // ─── EVENTS ───

    /// @notice Emitted when a provider registers.
    /// @param provider Provider
    /// @param metadata Free text: name, address of a page, contact
    event Registered(address indexed provider, string metadata);

    /// @notice Emitted when a provider replaces its metadata.
    /// @param provider Provider
    /// @param metadata Free text
    event MetadataChanged(address indexed provider, string metadata);

    /// @notice Emitted when a provider leaves.
    /// @param provider Provider
    event Deregistered(address indexed provider);

    /// @notice Emitted when a provider names its operator, replaces it, or leaves.
    /// @param provider Provider
    /// @param operator Operator, zero for none
    event OperatorChanged(address indexed provider, address indexed operator);

    /// @notice Emitted when MILL is staked.
    /// @param provider Provider whose active stake grew
    /// @param payer Account that paid
    /// @param mill Amount, MILL
    event Staked(address indexed provider, address indexed payer, uint256 mill);

    /// @notice Emitted when active stake starts to thaw.
    /// @param provider Provider
    /// @param thawId Number of the thaw
    /// @param mill Amount, MILL
    /// @param releaseAt When it matures
    event ThawStarted(address indexed provider, uint256 indexed thawId, uint256 mill, uint48 releaseAt);

    /// @notice Emitted when what is left of a thaw returns to the active stake.
    /// @param provider Provider
    /// @param thawId Number of the thaw
    /// @param mill Amount, MILL
    event ThawCancelled(address indexed provider, uint256 indexed thawId, uint256 mill);

    /// @notice Emitted when a slash takes part of a thaw, or all of it.
    /// @param provider Provider
    /// @param thawId Number of the thaw
    /// @param mill Amount taken, MILL
    event ThawSlashed(address indexed provider, uint256 indexed thawId, uint256 mill);

    /// @notice Emitted when all thaws that have matured are paid.
    /// @param provider Provider
    /// @param mill Amount, MILL
    event Withdrawn(address indexed provider, uint256 mill);

    /// @notice Emitted when active stake is bonded to a job.
    /// @param provider Provider
    /// @param module Contract that took the bond
    /// @param mill Amount, MILL
    event Bonded(address indexed provider, address indexed module, uint256 mill);

    /// @notice Emitted when bonded stake becomes active again.
    /// @param provider Provider
    /// @param module Contract that returned the bond
    /// @param mill Amount returned, MILL
    event Unbonded(address indexed provider, address indexed module, uint256 mill);

    /// @notice Emitted when bonded stake is slashed.
    /// @param provider Provider
    /// @param offence Offence
    /// @param buyer Who is compensated, zero for nobody
    /// @param reporter Who is rewarded, zero for nobody
    /// @param toBuyer Share of the buyer, MILL
    /// @param toReporter Share of the reporter, MILL
    /// @param burned Rest, MILL
    event BondSlashed(
        address indexed provider,
        SlashTable.Offence indexed offence,
        address indexed buyer,
        address reporter,
        uint256 toBuyer,
        uint256 toReporter,
        uint256 burned
    );

    /// @notice Emitted when stake is slashed. What thaws lost is in their `ThawSlashed`.
    /// @param provider Provider
    /// @param offence Offence
    /// @param reporter Who is rewarded, zero for nobody
    /// @param fromActive Amount taken from the active stake, MILL
    /// @param fromThawing Amount taken from thaws, MILL
    /// @param fromDelegated Amount taken from delegated stake, burned whole, MILL
    /// @param toReporter Share of the reporter, MILL
    /// @param burned Rest, MILL
    event StakeSlashed(
        address indexed provider,
        SlashTable.Offence indexed offence,
        address indexed reporter,
        uint256 fromActive,
        uint256 fromThawing,
        uint256 fromDelegated,
        uint256 toReporter,
        uint256 burned
    );

    /// @notice Emitted when the stake that a provider's nodes need changes.
    /// @param provider Provider
    /// @param mill New amount, MILL
    event RequiredChanged(address indexed provider, uint256 mill);

    /// @notice Emitted when the duration of new thaws changes.
    /// @param thawSeconds New duration
    event ThawSecondsChanged(uint32 thawSeconds);

    /// @notice Emitted when the weight of delegated stake changes.
    /// @param leverage New multiple of own active stake up to which delegated stake counts
    event LeverageChanged(uint8 leverage);

    // ─── ERRORS ───

    /// @notice Thrown when an account registers twice.
    error StakingRegistry_AlreadyRegistered(address provider);

    /// @notice Thrown when an account must register first.
    error StakingRegistry_NotRegistered(address provider);

    /// @notice Thrown when a provider leaves while its nodes still need stake.
    error StakingRegistry_NodesLeft(address provider, uint256 required);

    /// @notice Thrown when metadata is longer than allowed.
    error StakingRegistry_MetadataTooLong(uint256 length, uint256 max);

    /// @notice Thrown when an amount is zero.
    error StakingRegistry_ZeroAmount();

    /// @notice Thrown when the active stake is smaller than what is to be moved from it.
    error StakingRegistry_ActiveTooLow(address provider, uint256 active, uint256 mill);

    /// @notice Thrown when too little active stake would be left for the provider's nodes.
    error StakingRegistry_AccessLost(address provider, uint256 required, uint256 weight);

    /// @notice Thrown when a provider has as many thaws as it may have.
    error StakingRegistry_TooManyThaws(address provider, uint256 max);

    /// @notice Thrown when a thaw does not exist, or no longer does.
    error StakingRegistry_UnknownThaw(address provider, uint256 thawId);

    /// @notice Thrown when a thaw duration is outside its bounds.
    error StakingRegistry_ThawSecondsOutOfBounds(uint32 thawSeconds, uint32 min, uint32 max);

    /// @notice Thrown when a leverage is above its bound.
    error StakingRegistry_LeverageOutOfBounds(uint8 leverage, uint8 max);

    // ─── PROVIDERS ───

    /// @notice Registers the caller as a provider (attestors are providers too).
    /// @dev Emits {Registered}. Requirements: entries open; not registered; metadata at most 512 bytes.
    /// @param metadata Free text, kept in the event only
    function register(string calldata metadata) external;

    /// @notice Replaces the caller's metadata.
    /// @dev Emits {MetadataChanged}. Requirements: registered; metadata at most 512 bytes.
    /// @param metadata Free text, kept in the event only
    function setMetadata(string calldata metadata) external;

    /// @notice Names the account that may work for the caller: change asks, accept and deliver work, announce
    /// maintenance. It can move no money. The one before can do nothing from now on.
    /// @dev Emits {OperatorChanged}. Requirements: registered.
    /// @param operator Operator, zero for none
    function setOperator(address operator) external;

    /// @notice Ends the caller's registration. What it still holds can be thawed and withdrawn as before, bonds run
    /// on, and it may register again at any time.
    /// @dev Emits {Deregistered}, {OperatorChanged} if there was one. Requirements: registered; no nodes left that need
    /// stake. Nothing that a third party can do, such as staking a little for the caller, stands in the way.
    function deregister() external;

    /// @notice Adds to the caller's active stake.
    /// @dev Emits {Staked}. Requirements: entries open; registered; allowance and balance of at least `mill`. Timers
    /// of thaws stay as they are.
    /// @param mill Amount, MILL; not zero
    function stake(uint256 mill) external;

    /// @notice Adds to another provider's active stake; the caller keeps no claim to it.
    /// @dev Emits {Staked}. Requirements: entries open; `provider` registered; allowance and balance of at least
    /// `mill`. Touches nothing of `provider` but its active stake.
    /// @param provider Provider
    /// @param mill Amount, MILL; not zero
    function stakeFor(address provider, uint256 mill) external;

    /// @notice Starts to thaw part of the caller's active stake. It gives no access from now on, can be slashed until
    /// it matures, and can be withdrawn from then on. Works unregistered and in a pause.
    /// @dev Emits {ThawStarted}. Requirements: enough active stake; what is left must carry the caller's nodes (retire
    /// nodes first); fewer than 8 thaws under way. The duration is fixed here.
    /// @param mill Amount, MILL; not zero
    /// @return thawId Number of the thaw, unique for the caller
    function unstake(uint256 mill) external returns (uint256 thawId);

    /// @notice Returns what is left of a thaw, matured or not, to the caller's active stake.
    /// @dev Emits {ThawCancelled}. Requirements: the thaw exists.
    /// @param thawId Number of the thaw
    function cancelThaw(uint256 thawId) external;

    /// @notice Pays the caller what is left of all its matured thaws. Nothing but time is asked for: no access, no
    /// registration, no price, no open entries. Pays zero, and emits nothing, when nothing has matured.
    /// @dev Emits {Withdrawn}.
    /// @return mill Amount paid, MILL
    function withdraw() external returns (uint256 mill);

    // ─── MODULES ───

    /// @notice Moves active stake into the bond of a job, then checks that the rest still carries the provider's
    /// nodes.
    /// @dev Permission BOND. Emits {Bonded}. Requirements: registered; enough active stake; access afterwards. Zero is
    /// allowed: it only checks.
    /// @param provider Provider
    /// @param mill Amount, MILL
    function bond(address provider, uint256 mill) external;

    /// @notice Returns stake from a bond to the active stake.
    /// @dev Permission BOND. Emits {Unbonded}. Never reverts on the amount: returns what is bonded at most, so that
    /// one job's error cannot close another job's exit.
    /// @param provider Provider
    /// @param mill Amount, MILL
    function unbond(address provider, uint256 mill) external;

    /// @notice Slashes bonded stake and pays it out by the slash table: the buyer through the settlement, as credits
    /// at the next usable price, the reporter in MILL, the rest burned.
    /// @dev Permission SLASH. Emits {BondSlashed}. Never reverts on the amount: takes what is bonded at most.
    /// @param offence Offence; not `None`
    /// @param provider Provider
    /// @param mill Amount to take, MILL
    /// @param buyer Who is compensated; zero for nobody, then its share is burned
    /// @param reporter Who is rewarded; zero for nobody, then its share is burned
    /// @return toBuyer Share of the buyer, MILL
    /// @return toReporter Share of the reporter, MILL
    /// @return burned Rest, at least a fifth of what was taken, MILL
    function slashBond(
        SlashTable.Offence offence,
        address provider,
        uint256 mill,
        address buyer,
        address reporter
    ) external returns (uint256 toBuyer, uint256 toReporter, uint256 burned);

    /// @notice Slashes stake: active first, then thaws that have not matured, oldest first, then delegated stake. Bonds
    /// are left alone: each answers for its own job only. Nobody is compensated from stake, and what is delegated is
    /// burned whole.
    /// @dev Permission SLASH. Emits {ThawSlashed} for each thaw that lost something and {StakeSlashed}, {EraStarted} if
    /// next to nothing is left of delegated stake. Never reverts on the amount: takes what is there.
    /// @param offence Offence; not `None`
    /// @param provider Provider
    /// @param mill Amount to take, MILL
    /// @param reporter Who is rewarded; zero for nobody, then its share is burned
    /// @return toReporter Share of the reporter, MILL
    /// @return burned Rest, MILL
    function slashStake(
        SlashTable.Offence offence,
        address provider,
        uint256 mill,
        address reporter
    ) external returns (uint256 toReporter, uint256 burned);

    /// @notice Sets the stake that a provider's nodes need.
    /// @dev Permission REQUIRE. Emits {RequiredChanged}. Never reverts for lack of stake: the caller decides what a
    /// lack means.
    /// @param provider Provider
    /// @param mill Amount, MILL; beyond 96 bits reverts
    /// @return access Whether the provider has access with it (S2)
    function setRequired(address provider, uint256 mill) external returns (bool access);

    // ─── PARAMETERS ───

    /// @notice Sets the duration of thaws that start from now on.
    /// @dev Restricted. Emits {ThawSecondsChanged}. Requirements: `minThawSeconds() ≤ seconds_ ≤ 90 days`.
    /// @param seconds_ New duration
    function setThawSeconds(uint32 seconds_) external;

    /// @notice Sets up to which multiple of own active stake delegated stake counts.
    /// @dev Restricted. Emits {LeverageChanged}. Requirements: at most 10.
    /// @param leverage_ New multiple
    function setLeverage(uint8 leverage_) external;

    // ─── VIEWS ───

    /// @notice Whether an account is registered.
    /// @param provider Account
    /// @return registered Whether it is
    function isRegistered(address provider) external view returns (bool registered);

    /// @notice Whether a provider may take work (S2).
    /// @param provider Provider
    /// @return access Whether it may
    function hasAccess(address provider) external view returns (bool access);

    /// @notice What a provider's nodes need, and what it has towards that (S1).
    /// @param provider Provider
    /// @return required Stake needed, MILL
    /// @return weight Stake that counts, MILL
    function accessOf(address provider) external view returns (uint256 required, uint256 weight);

    /// @notice A provider's account.
    /// @param provider Provider
    /// @return account Account
    function accountOf(address provider) external view returns (Account memory account);

    /// @notice A provider's operator.
    /// @param provider Provider
    /// @return operator Operator, zero for none
    function operatorOf(address provider) external view returns (address operator);

    /// @notice Whether an account may work for a provider.
    /// @param provider Provider
    /// @param account Account
    /// @return operates Whether it is the provider or its operator
    function isOperator(address provider, address account) external view returns (bool operates);

    /// @notice What an offence costs, and who is paid from it.
    /// @param offence Offence; `None` reverts
    /// @return row Row of the slash table
    function slashRowOf(SlashTable.Offence offence) external pure returns (SlashTable.Row memory row);

    /// @notice A provider's thaws, oldest first.
    /// @param provider Provider
    /// @return thaws Thaws, at most 8
    function thawsOf(address provider) external view returns (Thaw[] memory thaws);

    /// @notice What `withdraw` would pay the provider now.
    /// @param provider Provider
    /// @return mill Amount, MILL
    function withdrawable(address provider) external view returns (uint256 mill);

    /// @notice Sum of all accounts, kept by this contract. Its balance is at least this.
    /// @return mill Amount, MILL
    function totalHeld() external view returns (uint256 mill);

    /// @notice Duration of a thaw that would start now.
    /// @return seconds_ Duration
    function thawSeconds() external view returns (uint32 seconds_);

    /// @notice Shortest thaw that this deployment allows: detection, challenge, dispute and a buffer.
    /// @return seconds_ Duration
    function minThawSeconds() external view returns (uint32 seconds_);

    /// @notice Multiple of own active stake up to which delegated stake counts.
    /// @return multiple Multiple
    function leverage() external view returns (uint8 multiple);
}
