/** The section "Train one yourself", and what the tests use of it. */
import "./controls";
import "./curves";
import "./live";

export * as trainer from "./client";
