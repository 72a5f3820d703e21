package ui

connector pay "payments" { writes refund(n: int, tags: list of string) POST "/refunds" }
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
fn f00(n: int) -> int = n + 1
fn f01(n: int) -> int = f00(n) + 1
fn f02(n: int) -> int = f01(n) + 1
fn f03(n: int) -> int = f02(n) + 1
fn f04(n: int) -> int = f03(n) + 1
fn f05(n: int) -> int = f04(n) + 1
fn f06(n: int) -> int = f05(n) + 1
fn f07(n: int) -> int = f06(n) + 1
fn f08(n: int) -> int = f07(n) + 1
fn f09(n: int) -> int = f08(n) + 1
fn f10(n: int) -> int = f09(n) + 1
fn f11(n: int) -> int = f10(n) + 1
fn f12(n: int) -> int = f11(n) + 1
fn f13(n: int) -> int = f12(n) + 1
fn f14(n: int) -> int = f13(n) + 1
fn f15(n: int) -> int = f14(n) + 1
fn f16(n: int) -> int = f15(n) + 1
fn f17(n: int) -> int = f16(n) + 1
fn f18(n: int) -> int = f17(n) + 1
fn f19(n: int) -> int = f18(n) + 1
fn f20(n: int) -> int = f19(n) + 1
fn f21(n: int) -> int = f20(n) + 1
fn f22(n: int) -> int = f21(n) + 1
fn f23(n: int) -> int = f22(n) + 1
fn f24(n: int) -> int = f23(n) + 1
fn f25(n: int) -> int = f24(n) + 1
fn f26(n: int) -> int = f25(n) + 1
fn f27(n: int) -> int = f26(n) + 1
fn f28(n: int) -> int = f27(n) + 1
fn f29(n: int) -> int = f28(n) + 1
fn f30(n: int) -> int = f29(n) + 1
fn f31(n: int) -> int = f30(n) + 1
fn f32(n: int) -> int = f31(n) + 1
fn f33(n: int) -> int = f32(n) + 1
fn f34(n: int) -> int = f33(n) + 1
fn f35(n: int) -> int = f34(n) + 1
fn f36(n: int) -> int = f35(n) + 1
fn f37(n: int) -> int = f36(n) + 1
fn f38(n: int) -> int = f37(n) + 1
fn f39(n: int) -> int = f38(n) + 1
policy work { allow call pay.refund by desk where f39(args.n) > 3 }
