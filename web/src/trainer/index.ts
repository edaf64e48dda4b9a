/** The section "Train one yourself", and what the tests use of it. */
import "./controls";
import "./curves";
import "./live";

import * as client from "./client";
import * as above from "./above";
import { commandOf } from "./command";
import { split } from "./examples";
import { DEFAULTS } from "./settings";

export const trainer = { ...client, ...above, commandOf, split, DEFAULTS };
