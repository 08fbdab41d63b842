// The example's tests stand with the example, as a third party's would; the runner looks for tests here.
import "../../examples/hamming/hammingDistance.test.js";
