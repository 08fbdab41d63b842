pragma circom 2.1.0;

include "circomlib/circuits/poseidon.circom";

// A scoring model with published weights over three private values: proves the score of committed values without
// showing either. `inputRoot` commits to the values, `outputRoot` to the score; the salt keeps both from being guessed.
template DotProduct(weights, n) {
    signal input values[n];
    signal input salt;
    signal output inputRoot;
    signal output outputRoot;

    component committed = Poseidon(n + 1);
    var score = 0;
    for (var i = 0; i < n; i++) {
        committed.inputs[i] <== values[i];
        score += weights[i] * values[i];
    }
    committed.inputs[n] <== salt;
    inputRoot <== committed.out;

    component result = Poseidon(2);
    result.inputs[0] <== score;
    result.inputs[1] <== salt;
    outputRoot <== result.out;
}

component main = DotProduct([3, 1, 4], 3);
