// Features that cases already ask for (`needs`) and no released tool has to have yet. The runner lists such a case as "not yet" and
// runs nothing. Take a name out as soon as the feature is there.
export const NOT_YET = [];
