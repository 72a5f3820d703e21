// pattern_re2.cc: patterns compared with RE2 on random patterns and texts. Not part of `make test`; where RE2 is installed:
//   c++ -std=c++17 tests/oracle/pattern_re2.cc build/internal/librbc.a -lsodium -lre2 -o build/tests/pattern_re2
//   build/tests/pattern_re2 20000
#include <cstdint>
#include <cstring>
#include <cstddef>
extern "C" {
struct arena_block; struct arena { struct arena_block *blocks; bool failed; };
void arena_free(struct arena *);
struct pattern_automaton { uint32_t states, start, class_count, min_length; unsigned char classes[256]; unsigned char *accept; uint16_t *next; };
const char *rbc_pattern_compile(struct arena *arena, const char *text, size_t length, struct pattern_automaton *automaton);
}
#include <re2/re2.h>
#include <cstdio>
#include <cstdlib>
#include <string>
using std::string;
static unsigned long long st=1; static unsigned rnd(unsigned n){ st^=st<<13; st^=st>>7; st^=st<<17; return (unsigned)(st>>20)%n; }
static const char *chars[]={"a","b","c","A","Z","0","9","_","-"," ","\n","é","ü","€","😀","x","."};
static string ch(){ return chars[rnd(17)]; }
static string lit(){ string c=ch(); if(c=="."||c=="-") return "\\"+c; return c; }
static string cls(){ string s="["; if(rnd(3)==0) s+="^"; int n=1+rnd(3); for(int i=0;i<n;i++){ switch(rnd(7)){case 0:s+="a-c";break;case 1:s+="\\d";break;case 2:s+="é-€";break;case 3:s+="\\W";break;case 4: s+="[:alpha:]";break; case 5: s+="€-😀";break; default:{string c=ch(); if(c=="-")c="\\-"; s+=c;}} } return s+"]"; }
static string re(int d){
  switch(rnd(d<=0?4:12)){
    case 0: case 1: return lit(); case 2: return cls(); case 3: { const char*k[]={".","\\d","\\w","\\s","\\D","\\S"}; return k[rnd(6)]; }
    case 4: case 5: case 6: return re(d-1)+re(d-1);
    case 7: return "("+re(d-1)+"|"+re(d-1)+")";
    case 8: return "(?:"+re(d-1)+")"+(rnd(2)?"*":"+");
    case 9: return "("+re(d-1)+")"+(rnd(2)?"?":"{1,3}");
    case 10: return "(?i:"+re(d-1)+")";
    default: return rnd(2)? "("+re(d-1)+"){2}" : "(?s:"+re(d-1)+")|"+re(d-1);
  }
}
int main(int c,char**v){
  long pats=c>1?atol(v[1]):20000, compared=0, hits=0; unsigned maxs=0;
  for(long i=0;i<pats;i++){
    string p=re(4);
    if (rnd(10)==0) p="^"+p; if(rnd(10)==0) p=p+"$";
    RE2::Options o; o.set_log_errors(false); RE2 r(p,o);
    struct arena a={0,false}; pattern_automaton m; const char*e=rbc_pattern_compile(&a,p.data(),p.size(),&m);
    if(!r.ok()){ if(!e){ printf("RE2 refuses %s: %s\n",p.c_str(),r.error().c_str()); return 1;} arena_free(&a); continue; }
    if(e){ if(!strstr(e,"no text")&&!strstr(e,"4,096")) {printf("refused %s: %s\n",p.c_str(),e); return 1;} arena_free(&a); continue; }
    if(m.states>maxs) maxs=m.states;
    unsigned best=~0u;
    for(int t=0;t<40;t++){ string s; int n=rnd(8); for(int k=0;k<n;k++) s+=ch();
      uint32_t q=m.start; for(unsigned char b: s) q=m.next[q*m.class_count+m.classes[b]];
      bool mine=m.accept[q], theirs=RE2::FullMatch(s,r); compared++; hits+=mine;
      if(mine && s.size()<m.min_length){printf("min_length %u of %s > %zu\n",m.min_length,p.c_str(),s.size()); return 1;}
      if(mine!=theirs && p.find('K')==string::npos){ printf("differ: /%s/ on '%s': %d %d\n",p.c_str(),s.c_str(),mine,theirs); return 1; } }
    arena_free(&a);
  }
  printf("%ld compared, %ld match, max states %u\n",compared,hits,maxs);
}
