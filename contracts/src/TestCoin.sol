// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC1363} from "@openzeppelin/contracts/token/ERC20/extensions/ERC1363.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title The coin of test networks: an 18-decimal ERC-20 with permit and ERC-1363 that anybody may mint.
/// @notice Worth nothing by design. A real network names an existing coin instead.
contract TestCoin is ERC20, ERC20Permit, ERC1363 {
    /// @notice The most one call mints, so that a slip of the decimal point is noticed.
    uint256 public constant MINT_CAP = 1_000_000 ether;

    /// @notice More than MINT_CAP was asked for in one call.
    error MintCapExceeded(uint256 asked, uint256 cap);

    // The token's name is also that of its EIP-712 domain, which wallets expect, and the name that
    // all our contracts' domains have.
    constructor() ERC20("myst", "tMYST") ERC20Permit("myst") {}

    /// @notice Makes coins out of nothing, for anybody.
    function mint(address to, uint256 wei_) external {
        require(wei_ <= MINT_CAP, MintCapExceeded(wei_, MINT_CAP));
        _mint(to, wei_);
    }
}
