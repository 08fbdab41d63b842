import { expect } from "chai";
import type { NewTaskDefinition } from "hardhat/types/tasks";

import { millraceTasks } from "../../tasks/index.js";
import { COMMON_OPTIONS, WRITE_OPTIONS } from "../../tasks/lib/define.js";

const verbs = millraceTasks.filter((each): each is NewTaskDefinition => "options" in each);

describe("verbs", () => {
  it("should each say what they do, and what every option is", () => {
    for (const { id, description, options } of verbs) {
      const name = id.join(" ");
      expect(description, name).to.match(/^[A-Z].{10,}[^.]$/);
      for (const option of Object.values(options)) {
        expect(option.description, `${name} --${option.name}`).to.match(/^[A-Za-z].{4,}[^.]$/);
      }
    }
  });

  it("should each print JSON, and ask, preview and choose an account before they send", () => {
    for (const { id, options } of verbs) {
      const sends = "yes" in options || "dryRun" in options;
      const wanted = Object.keys(sends ? WRITE_OPTIONS : COMMON_OPTIONS);
      expect(Object.keys(options), id.join(" ")).to.include.members(wanted);
    }
  });

  it("should be there for every way of doing business with a lease", () => {
    const names = verbs.map(({ id }) => id.join(" "));
    const ofLeases = ["show", "topup", "extend", "notice", "object", "abandon", "release", "settle"];
    expect(names).to.include.members(ofLeases.map((verb) => `lease ${verb}`));
  });
});
