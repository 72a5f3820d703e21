package ui

connector pay "payments" { writes refund(n: int, tags: list of string) POST "/refunds" }
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
fn f00(n: int) -> int = n + 1
fn f01(n: int) -> int = f00(n) + f00(n) + f00(n) + f00(n) + f00(n) + f00(n) + f00(n) + f00(n)
fn f02(n: int) -> int = f01(n) + f01(n) + f01(n) + f01(n) + f01(n) + f01(n) + f01(n) + f01(n)
fn f03(n: int) -> int = f02(n) + f02(n) + f02(n) + f02(n) + f02(n) + f02(n) + f02(n) + f02(n)
fn f04(n: int) -> int = f03(n) + f03(n) + f03(n) + f03(n) + f03(n) + f03(n) + f03(n) + f03(n)
fn f05(n: int) -> int = f04(n) + f04(n) + f04(n) + f04(n) + f04(n) + f04(n) + f04(n) + f04(n)
fn f06(n: int) -> int = f05(n) + f05(n) + f05(n) + f05(n) + f05(n) + f05(n) + f05(n) + f05(n)
fn f07(n: int) -> int = f06(n) + f06(n) + f06(n) + f06(n) + f06(n) + f06(n) + f06(n) + f06(n)
fn f08(n: int) -> int = f07(n) + f07(n) + f07(n) + f07(n) + f07(n) + f07(n) + f07(n) + f07(n)
fn f09(n: int) -> int = f08(n) + f08(n) + f08(n) + f08(n) + f08(n) + f08(n) + f08(n) + f08(n)
fn f10(n: int) -> int = f09(n) + f09(n) + f09(n) + f09(n) + f09(n) + f09(n) + f09(n) + f09(n)
fn f11(n: int) -> int = f10(n) + f10(n) + f10(n) + f10(n) + f10(n) + f10(n) + f10(n) + f10(n)
fn f12(n: int) -> int = f11(n) + f11(n) + f11(n) + f11(n) + f11(n) + f11(n) + f11(n) + f11(n)
fn f13(n: int) -> int = f12(n) + f12(n) + f12(n) + f12(n) + f12(n) + f12(n) + f12(n) + f12(n)
fn f14(n: int) -> int = f13(n) + f13(n) + f13(n) + f13(n) + f13(n) + f13(n) + f13(n) + f13(n)
fn f15(n: int) -> int = f14(n) + f14(n) + f14(n) + f14(n) + f14(n) + f14(n) + f14(n) + f14(n)
fn f16(n: int) -> int = f15(n) + f15(n) + f15(n) + f15(n) + f15(n) + f15(n) + f15(n) + f15(n)
fn f17(n: int) -> int = f16(n) + f16(n) + f16(n) + f16(n) + f16(n) + f16(n) + f16(n) + f16(n)
fn f18(n: int) -> int = f17(n) + f17(n) + f17(n) + f17(n) + f17(n) + f17(n) + f17(n) + f17(n)
fn f19(n: int) -> int = f18(n) + f18(n) + f18(n) + f18(n) + f18(n) + f18(n) + f18(n) + f18(n)
fn f20(n: int) -> int = f19(n) + f19(n) + f19(n) + f19(n) + f19(n) + f19(n) + f19(n) + f19(n)
fn f21(n: int) -> int = f20(n) + f20(n) + f20(n) + f20(n) + f20(n) + f20(n) + f20(n) + f20(n)
fn f22(n: int) -> int = f21(n) + f21(n) + f21(n) + f21(n) + f21(n) + f21(n) + f21(n) + f21(n)
fn f23(n: int) -> int = f22(n) + f22(n) + f22(n) + f22(n) + f22(n) + f22(n) + f22(n) + f22(n)
policy work { allow call pay.refund by desk where f23(args.n) > 3 }
