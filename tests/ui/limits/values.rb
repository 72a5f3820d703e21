package ui

connector pay "payments" { writes refund(n: int, tags: list of string) POST "/refunds" }
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy work {
  let v000 = args.n + 0
  let v001 = args.n + 1
  let v002 = args.n + 2
  let v003 = args.n + 3
  let v004 = args.n + 4
  let v005 = args.n + 5
  let v006 = args.n + 6
  let v007 = args.n + 7
  let v008 = args.n + 8
  let v009 = args.n + 9
  let v010 = args.n + 10
  let v011 = args.n + 11
  let v012 = args.n + 12
  let v013 = args.n + 13
  let v014 = args.n + 14
  let v015 = args.n + 15
  let v016 = args.n + 16
  let v017 = args.n + 17
  let v018 = args.n + 18
  let v019 = args.n + 19
  let v020 = args.n + 20
  let v021 = args.n + 21
  let v022 = args.n + 22
  let v023 = args.n + 23
  let v024 = args.n + 24
  let v025 = args.n + 25
  let v026 = args.n + 26
  let v027 = args.n + 27
  let v028 = args.n + 28
  let v029 = args.n + 29
  let v030 = args.n + 30
  let v031 = args.n + 31
  let v032 = args.n + 32
  let v033 = args.n + 33
  let v034 = args.n + 34
  let v035 = args.n + 35
  let v036 = args.n + 36
  let v037 = args.n + 37
  let v038 = args.n + 38
  let v039 = args.n + 39
  let v040 = args.n + 40
  let v041 = args.n + 41
  let v042 = args.n + 42
  let v043 = args.n + 43
  let v044 = args.n + 44
  let v045 = args.n + 45
  let v046 = args.n + 46
  let v047 = args.n + 47
  let v048 = args.n + 48
  let v049 = args.n + 49
  let v050 = args.n + 50
  let v051 = args.n + 51
  let v052 = args.n + 52
  let v053 = args.n + 53
  let v054 = args.n + 54
  let v055 = args.n + 55
  let v056 = args.n + 56
  let v057 = args.n + 57
  let v058 = args.n + 58
  let v059 = args.n + 59
  let v060 = args.n + 60
  let v061 = args.n + 61
  let v062 = args.n + 62
  let v063 = args.n + 63
  let v064 = args.n + 64
  let v065 = args.n + 65
  let v066 = args.n + 66
  let v067 = args.n + 67
  let v068 = args.n + 68
  let v069 = args.n + 69
  let v070 = args.n + 70
  let v071 = args.n + 71
  let v072 = args.n + 72
  let v073 = args.n + 73
  let v074 = args.n + 74
  let v075 = args.n + 75
  let v076 = args.n + 76
  let v077 = args.n + 77
  let v078 = args.n + 78
  let v079 = args.n + 79
  let v080 = args.n + 80
  let v081 = args.n + 81
  let v082 = args.n + 82
  let v083 = args.n + 83
  let v084 = args.n + 84
  let v085 = args.n + 85
  let v086 = args.n + 86
  let v087 = args.n + 87
  let v088 = args.n + 88
  let v089 = args.n + 89
  let v090 = args.n + 90
  let v091 = args.n + 91
  let v092 = args.n + 92
  let v093 = args.n + 93
  let v094 = args.n + 94
  let v095 = args.n + 95
  let v096 = args.n + 96
  let v097 = args.n + 97
  let v098 = args.n + 98
  let v099 = args.n + 99
  let v100 = args.n + 100
  let v101 = args.n + 101
  let v102 = args.n + 102
  let v103 = args.n + 103
  let v104 = args.n + 104
  let v105 = args.n + 105
  let v106 = args.n + 106
  let v107 = args.n + 107
  let v108 = args.n + 108
  let v109 = args.n + 109
  let v110 = args.n + 110
  let v111 = args.n + 111
  let v112 = args.n + 112
  let v113 = args.n + 113
  let v114 = args.n + 114
  let v115 = args.n + 115
  let v116 = args.n + 116
  let v117 = args.n + 117
  let v118 = args.n + 118
  let v119 = args.n + 119
  let v120 = args.n + 120
  let v121 = args.n + 121
  let v122 = args.n + 122
  let v123 = args.n + 123
  let v124 = args.n + 124
  let v125 = args.n + 125
  let v126 = args.n + 126
  let v127 = args.n + 127
  let v128 = args.n + 128
  let v129 = args.n + 129
  let v130 = args.n + 130
  let v131 = args.n + 131
  let v132 = args.n + 132
  let v133 = args.n + 133
  let v134 = args.n + 134
  let v135 = args.n + 135
  let v136 = args.n + 136
  let v137 = args.n + 137
  let v138 = args.n + 138
  let v139 = args.n + 139
  let v140 = args.n + 140
  let v141 = args.n + 141
  let v142 = args.n + 142
  let v143 = args.n + 143
  let v144 = args.n + 144
  let v145 = args.n + 145
  let v146 = args.n + 146
  let v147 = args.n + 147
  let v148 = args.n + 148
  let v149 = args.n + 149
  let v150 = args.n + 150
  let v151 = args.n + 151
  let v152 = args.n + 152
  let v153 = args.n + 153
  let v154 = args.n + 154
  let v155 = args.n + 155
  let v156 = args.n + 156
  let v157 = args.n + 157
  let v158 = args.n + 158
  let v159 = args.n + 159
  let v160 = args.n + 160
  let v161 = args.n + 161
  let v162 = args.n + 162
  let v163 = args.n + 163
  let v164 = args.n + 164
  let v165 = args.n + 165
  let v166 = args.n + 166
  let v167 = args.n + 167
  let v168 = args.n + 168
  let v169 = args.n + 169
  let v170 = args.n + 170
  let v171 = args.n + 171
  let v172 = args.n + 172
  let v173 = args.n + 173
  let v174 = args.n + 174
  let v175 = args.n + 175
  let v176 = args.n + 176
  let v177 = args.n + 177
  let v178 = args.n + 178
  let v179 = args.n + 179
  let v180 = args.n + 180
  let v181 = args.n + 181
  let v182 = args.n + 182
  let v183 = args.n + 183
  let v184 = args.n + 184
  let v185 = args.n + 185
  let v186 = args.n + 186
  let v187 = args.n + 187
  let v188 = args.n + 188
  let v189 = args.n + 189
  let v190 = args.n + 190
  let v191 = args.n + 191
  let v192 = args.n + 192
  let v193 = args.n + 193
  let v194 = args.n + 194
  let v195 = args.n + 195
  let v196 = args.n + 196
  let v197 = args.n + 197
  let v198 = args.n + 198
  let v199 = args.n + 199
  let v200 = args.n + 200
  let v201 = args.n + 201
  let v202 = args.n + 202
  let v203 = args.n + 203
  let v204 = args.n + 204
  let v205 = args.n + 205
  let v206 = args.n + 206
  let v207 = args.n + 207
  let v208 = args.n + 208
  let v209 = args.n + 209
  let v210 = args.n + 210
  let v211 = args.n + 211
  let v212 = args.n + 212
  let v213 = args.n + 213
  let v214 = args.n + 214
  let v215 = args.n + 215
  let v216 = args.n + 216
  let v217 = args.n + 217
  let v218 = args.n + 218
  let v219 = args.n + 219
  let v220 = args.n + 220
  let v221 = args.n + 221
  let v222 = args.n + 222
  let v223 = args.n + 223
  let v224 = args.n + 224
  let v225 = args.n + 225
  let v226 = args.n + 226
  let v227 = args.n + 227
  let v228 = args.n + 228
  let v229 = args.n + 229
  let v230 = args.n + 230
  let v231 = args.n + 231
  let v232 = args.n + 232
  let v233 = args.n + 233
  let v234 = args.n + 234
  let v235 = args.n + 235
  let v236 = args.n + 236
  let v237 = args.n + 237
  let v238 = args.n + 238
  let v239 = args.n + 239
  let v240 = args.n + 240
  let v241 = args.n + 241
  let v242 = args.n + 242
  let v243 = args.n + 243
  let v244 = args.n + 244
  let v245 = args.n + 245
  let v246 = args.n + 246
  let v247 = args.n + 247
  let v248 = args.n + 248
  let v249 = args.n + 249
  let v250 = args.n + 250
  let v251 = args.n + 251
  let v252 = args.n + 252
  let v253 = args.n + 253
  let v254 = args.n + 254
  let v255 = args.n + 255
  allow call pay.refund by desk where
    v000 +
    v001 +
    v002 +
    v003 +
    v004 +
    v005 +
    v006 +
    v007 +
    v008 +
    v009 +
    v010 +
    v011 +
    v012 +
    v013 +
    v014 +
    v015 +
    v016 +
    v017 +
    v018 +
    v019 +
    v020 +
    v021 +
    v022 +
    v023 +
    v024 +
    v025 +
    v026 +
    v027 +
    v028 +
    v029 +
    v030 +
    v031 +
    v032 +
    v033 +
    v034 +
    v035 +
    v036 +
    v037 +
    v038 +
    v039 +
    v040 +
    v041 +
    v042 +
    v043 +
    v044 +
    v045 +
    v046 +
    v047 +
    v048 +
    v049 +
    v050 +
    v051 +
    v052 +
    v053 +
    v054 +
    v055 +
    v056 +
    v057 +
    v058 +
    v059 +
    v060 +
    v061 +
    v062 +
    v063 +
    v064 +
    v065 +
    v066 +
    v067 +
    v068 +
    v069 +
    v070 +
    v071 +
    v072 +
    v073 +
    v074 +
    v075 +
    v076 +
    v077 +
    v078 +
    v079 +
    v080 +
    v081 +
    v082 +
    v083 +
    v084 +
    v085 +
    v086 +
    v087 +
    v088 +
    v089 +
    v090 +
    v091 +
    v092 +
    v093 +
    v094 +
    v095 +
    v096 +
    v097 +
    v098 +
    v099 +
    v100 +
    v101 +
    v102 +
    v103 +
    v104 +
    v105 +
    v106 +
    v107 +
    v108 +
    v109 +
    v110 +
    v111 +
    v112 +
    v113 +
    v114 +
    v115 +
    v116 +
    v117 +
    v118 +
    v119 +
    v120 +
    v121 +
    v122 +
    v123 +
    v124 +
    v125 +
    v126 +
    v127 +
    v128 +
    v129 +
    v130 +
    v131 +
    v132 +
    v133 +
    v134 +
    v135 +
    v136 +
    v137 +
    v138 +
    v139 +
    v140 +
    v141 +
    v142 +
    v143 +
    v144 +
    v145 +
    v146 +
    v147 +
    v148 +
    v149 +
    v150 +
    v151 +
    v152 +
    v153 +
    v154 +
    v155 +
    v156 +
    v157 +
    v158 +
    v159 +
    v160 +
    v161 +
    v162 +
    v163 +
    v164 +
    v165 +
    v166 +
    v167 +
    v168 +
    v169 +
    v170 +
    v171 +
    v172 +
    v173 +
    v174 +
    v175 +
    v176 +
    v177 +
    v178 +
    v179 +
    v180 +
    v181 +
    v182 +
    v183 +
    v184 +
    v185 +
    v186 +
    v187 +
    v188 +
    v189 +
    v190 +
    v191 +
    v192 +
    v193 +
    v194 +
    v195 +
    v196 +
    v197 +
    v198 +
    v199 +
    v200 +
    v201 +
    v202 +
    v203 +
    v204 +
    v205 +
    v206 +
    v207 +
    v208 +
    v209 +
    v210 +
    v211 +
    v212 +
    v213 +
    v214 +
    v215 +
    v216 +
    v217 +
    v218 +
    v219 +
    v220 +
    v221 +
    v222 +
    v223 +
    v224 +
    v225 +
    v226 +
    v227 +
    v228 +
    v229 +
    v230 +
    v231 +
    v232 +
    v233 +
    v234 +
    v235 +
    v236 +
    v237 +
    v238 +
    v239 +
    v240 +
    v241 +
    v242 +
    v243 +
    v244 +
    v245 +
    v246 +
    v247 +
    v248 +
    v249 +
    v250 +
    v251 +
    v252 +
    v253 +
    v254 +
    v255 > 0
}
