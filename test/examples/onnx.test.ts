// The example's tests stand with the example; the runner looks for tests here.
import "../../examples/onnx/digits.test.js";
