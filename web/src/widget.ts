/** The module of the notebook widget. */
export default {};
