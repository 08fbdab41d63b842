import { CREDIT } from "../../market/marketFixture.js";
import type { Dice } from "../Dice.js";
import type { Action, Play } from "../Play.js";
import type { ChannelSums } from "../Store.js";

/** Buyers open channels and sign vouchers; providers redeem them, both close. */
export const channelActions: Readonly<Record<string, Action>> = {
  openChannel: async ({ world, buyers, providers }, dice) =>
    world.channels
      .connect(dice.pick(buyers))
      .open(dice.pick(providers), 1n + dice.amount(100n * CREDIT), dice.int(60, 400)),

  topUpChannel: async (play, dice) => {
    const { channel } = await pickChannel(play, dice);
    return play.world.channels.connect(play.signerOf(channel.buyer)).topUp(channel, dice.amount(10n * CREDIT));
  },

  redeemVoucher: async (play, dice) => {
    const { channelId, channel, locked } = await pickChannel(play, dice);
    const { redeemed } = await play.world.channels.recordOf(channelId);
    // Now and then for more than there is.
    const cumulative = redeemed + dice.amount((locked * 5n) / 4n);
    const signer = play.signerOf(channel.buyer);
    const signature = await play.vouchers.sign({ channelId, channel }, cumulative, signer);
    return play.world.channels.connect(play.signerOf(channel.provider)).redeem(channel, cumulative, signature);
  },

  noticeChannel: async (play, dice) => {
    const { channel } = await pickChannel(play, dice);
    return play.world.channels.connect(play.signerOf(channel.buyer)).giveNotice(channel);
  },

  closeChannel: async (play, dice) => {
    const { channel } = await pickChannel(play, dice);
    const caller = dice.pick([channel.buyer, channel.provider]);
    return play.world.channels.connect(play.signerOf(caller)).close(channel);
  },
};

async function pickChannel(play: Play, dice: Dice): Promise<ChannelSums> {
  await play.store.catchUp();
  const all = [...play.store.channels.values()];
  if (all.length === 0) throw new Error("no channel was opened");
  const open = all.filter(({ locked }) => locked !== 0n);
  return dice.pick(open.length === 0 ? all : open);
}
