/** An exact rational number; the denominator is above zero. */
export class Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;

  constructor(numerator: bigint, denominator = 1n) {
    if (denominator <= 0n) throw new RangeError(`denominator ${denominator}`);
    this.numerator = numerator;
    this.denominator = denominator;
  }

  plus(other: Fraction): Fraction {
    return new Fraction(
      this.numerator * other.denominator + other.numerator * this.denominator,
      this.denominator * other.denominator,
    );
  }

  minus(other: Fraction): Fraction {
    return this.plus(new Fraction(-other.numerator, other.denominator));
  }

  times(other: Fraction): Fraction {
    return new Fraction(this.numerator * other.numerator, this.denominator * other.denominator);
  }

  over(other: Fraction): Fraction {
    return new Fraction(this.numerator * other.denominator, this.denominator * other.numerator);
  }

  isBelow(other: Fraction): boolean {
    return this.numerator * other.denominator < other.numerator * this.denominator;
  }

  floor(): bigint {
    const quotient = this.numerator / this.denominator;
    return quotient * this.denominator > this.numerator ? quotient - 1n : quotient;
  }

  ceil(): bigint {
    return -new Fraction(-this.numerator, this.denominator).floor();
  }

  static min(a: Fraction, b: Fraction): Fraction {
    return a.isBelow(b) ? a : b;
  }

  static max(a: Fraction, b: Fraction): Fraction {
    return a.isBelow(b) ? b : a;
  }
}
