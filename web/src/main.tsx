/** The start of the page: reads what the file holds, or asks the server that sent it, and shows it. */
import { ask, whenIdle } from "./engine/client";
import { load } from "./load";
import { page } from "./page";
import * as state from "./state";
import { trainer } from "./trainer";
import "./style.css";

/** For tests and for the curious: what the page shows, and the same questions that its views ask. */
Object.assign(globalThis, { latebloom: { page, state, ask, whenIdle, trainer } });
void load(document.getElementById("app")!);
