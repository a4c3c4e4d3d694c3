# A stand-in for the framework of FreeBSD's ports, as far as this port asks of it: options, substitution, staging, packed manual pages, the
# packing list.  bmake -m tests/freebsd/mk -C relayconf/system/freebsd WRKDIR=... WRKSRC=... WITH="OPTION..." WITHOUT="OPTION..." stage
PREFIX?=	/usr/local
LOCALBASE?=	/usr/local
STAGEDIR?=	${WRKDIR}/stage
EXAMPLESDIR?=	${PREFIX}/share/examples/${PORTNAME}
DATADIR?=	${PREFIX}/share/${PORTNAME}
OPENSSLINC?=	/usr/include
OPENSSLLIB?=	/usr/lib
GMAKE?=		make
MAKEFILE?=	Makefile
STRIP?=		-s
INSTALL_PROGRAM=	install ${STRIP} -m 555
INSTALL_SCRIPT=	install -m 555
INSTALL_DATA=	install -m 0644
MKDIR=		mkdir -p
MV=		mv
RM=		rm -f
FILES=		${.CURDIR}/files

SUB_LIST+=	PREFIX=${PREFIX} LOCALBASE=${LOCALBASE} EXAMPLESDIR=${EXAMPLESDIR} DATADIR=${DATADIR}
PLIST_SUB+=	PREFIX=${PREFIX} EXAMPLESDIR=${EXAMPLESDIR:S,^${PREFIX}/,,} DATADIR=${DATADIR:S,^${PREFIX}/,,}

.for option in ${OPTIONS_DEFINE}
.  if empty(WITHOUT:M${option}) && (!empty(WITH:M${option}) || !empty(OPTIONS_DEFAULT:M${option}))
PLIST_SUB+=	${option}= NO_${option}="@comment "
CONFLICTS_INSTALL+=	${${option}_CONFLICTS_INSTALL}
OPTION_TARGETS+=	post-install-${option}-on
.  else
PLIST_SUB+=	${option}="@comment " NO_${option}=
OPTION_TARGETS+=	post-install-${option}-off
.  endif
.endfor

# substitute LIST FILE RESULT
substitute=	substitute() { from=$$1 to=$$2; shift 2; for pair; do printf 's|%%%%%s%%%%|%s|g\n' "$${pair%%=*}" "$${pair\#*=}"; done \
	>${WRKDIR}/sed && sed -f ${WRKDIR}/sed "$$from" >"$$to"; }; substitute

.PHONY: stage do-install finish
.ORDER: do-install post-install ${OPTION_TARGETS} finish
stage: do-install post-install ${OPTION_TARGETS} finish

do-install:
.for file in ${SHEBANG_FILES}
	sed '1s|/usr/bin/perl|${LOCALBASE}/bin/perl|' ${WRKSRC}/${file} >${WRKDIR}/shebang && cat ${WRKDIR}/shebang >${WRKSRC}/${file}
.endfor
	mkdir -p ${STAGEDIR}${PREFIX}/etc/rc.d
	cd ${WRKSRC} && env -u MAKEFLAGS -u MAKELEVEL PREFIX=${PREFIX} LOCALBASE=${LOCALBASE} ${GMAKE} --no-print-directory -f ${MAKEFILE} ${GMAKE_ARGS} \
		${MAKE_ARGS} DESTDIR=${STAGEDIR} install
.for file in ${SUB_FILES} ${USE_RC_SUBR}
	${substitute} ${FILES}/${file}.in ${WRKDIR}/${file} ${SUB_LIST}
.endfor
.for script in ${USE_RC_SUBR}
	${INSTALL_SCRIPT} ${WRKDIR}/${script} ${STAGEDIR}${PREFIX}/etc/rc.d/${script}
.endfor

.for target in ${OPTION_TARGETS}
.  if !target(${target})
${target}:
.  endif
.endfor

finish:
	find ${STAGEDIR}${PREFIX}/share/man -type f ! -name '*.gz' -exec gzip -9n {} +
	${substitute} ${.CURDIR}/pkg-plist ${WRKDIR}/plist ${PLIST_SUB}
.for script in ${USE_RC_SUBR}
	echo etc/rc.d/${script} >>${WRKDIR}/plist
.endfor
