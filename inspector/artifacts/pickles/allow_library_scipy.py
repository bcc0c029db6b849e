"""The scipy part of tier two: distributions, interpolators, trees of points and results.

A distribution of ``scipy.stats`` keeps the source text of its argument parser in its state and executes that
text when it is rebuilt (``rv_generic._attach_argparser_methods``). Its row has a rule that accepts the text
only in the form that scipy itself writes.
"""

from __future__ import annotations

SCIPY_READ_FROM = "scipy 1.17.1"

DISTRIBUTIONS = """
scipy.stats._continuous_distns: alpha_gen anglit_gen arcsine_gen argus_gen beta_gen betaprime_gen
    bradford_gen burr12_gen burr_gen cauchy_gen chi2_gen chi_gen cosine_gen crystalball_gen dgamma_gen
    dpareto_lognorm_gen dweibull_gen erlang_gen expon_gen exponnorm_gen exponpow_gen exponweib_gen f_gen
    fatiguelife_gen fisk_gen foldcauchy_gen foldnorm_gen gamma_gen gausshyper_gen genexpon_gen
    genextreme_gen gengamma_gen genhalflogistic_gen genhyperbolic_gen geninvgauss_gen genlogistic_gen
    gennorm_gen genpareto_gen gibrat_gen gompertz_gen gumbel_l_gen gumbel_r_gen halfcauchy_gen
    halfgennorm_gen halflogistic_gen halfnorm_gen hypsecant_gen invgamma_gen invgauss_gen invweibull_gen
    irwinhall_gen jf_skew_t_gen johnsonsb_gen johnsonsu_gen kappa3_gen kappa4_gen ksone_gen kstwo_gen
    kstwobign_gen landau_gen laplace_asymmetric_gen laplace_gen levy_gen levy_l_gen loggamma_gen
    logistic_gen loglaplace_gen lognorm_gen lomax_gen maxwell_gen mielke_gen moyal_gen nakagami_gen
    ncf_gen nct_gen ncx2_gen norm_gen norminvgauss_gen pareto_gen pearson3_gen powerlaw_gen
    powerlognorm_gen powernorm_gen rayleigh_gen rdist_gen recipinvgauss_gen reciprocal_gen
    rel_breitwigner_gen rice_gen rv_histogram semicircular_gen skewcauchy_gen skewnorm_gen
    studentized_range_gen t_gen trapezoid_gen triang_gen truncexpon_gen truncnorm_gen truncpareto_gen
    truncweibull_min_gen tukeylambda_gen uniform_gen vonmises_gen wald_gen weibull_max_gen weibull_min_gen
    wrapcauchy_gen
scipy.stats._discrete_distns: _nchypergeom_gen _pb_cls bernoulli_gen betabinom_gen betanbinom_gen
    binom_gen boltzmann_gen dlaplace_gen geom_gen hypergeom_gen logser_gen nbinom_gen
    nchypergeom_fisher_gen nchypergeom_wallenius_gen nhypergeom_gen planck_gen poisson_binom_gen
    poisson_gen randint_gen skellam_gen yulesimon_gen zipf_gen zipfian_gen
scipy.stats._continuous_distns: rv_histogram
scipy.stats._distn_infrastructure: rv_continuous rv_continuous_frozen rv_discrete rv_discrete_frozen
    rv_frozen rv_sample
"""

SCIPY_CLASSES = """
scipy.interpolate._bary_rational: AAA FloaterHormannInterpolator
scipy.interpolate._bsplines: BSpline
scipy.interpolate._cubic: Akima1DInterpolator CubicHermiteSpline CubicSpline PchipInterpolator
scipy.interpolate._fitpack2: BivariateSpline InterpolatedUnivariateSpline LSQBivariateSpline
    LSQSphereBivariateSpline LSQUnivariateSpline RectBivariateSpline RectSphereBivariateSpline
    SmoothBivariateSpline SmoothSphereBivariateSpline UnivariateSpline
scipy.interpolate._interpnd: CloughTocher2DInterpolator LinearNDInterpolator
scipy.interpolate._interpolate: BPoly NdPPoly PPoly interp1d interp2d
scipy.interpolate._ndbspline: NdBSpline
scipy.interpolate._ndgriddata: NearestNDInterpolator
scipy.interpolate._polyint: BarycentricInterpolator KroghInterpolator
scipy.interpolate._rbf: Rbf
scipy.interpolate._rbfinterp: RBFInterpolator
scipy.interpolate._rgi: RegularGridInterpolator
scipy.optimize._constraints: Bounds LinearConstraint NonlinearConstraint PreparedConstraint
scipy.optimize._optimize: OptimizeResult
scipy.optimize._zeros_py: RootResults
scipy.signal._ltisys: Bunch LinearTimeInvariant StateSpace StateSpaceContinuous StateSpaceDiscrete
    TransferFunction TransferFunctionContinuous TransferFunctionDiscrete ZerosPolesGain
    ZerosPolesGainContinuous ZerosPolesGainDiscrete dlti lti
scipy.sparse.linalg._interface: IdentityOperator LinearOperator MatrixLinearOperator
    _AdjointLinearOperator _AdjointMatrixOperator _CustomLinearOperator _PowerLinearOperator
    _ProductLinearOperator _ScaledLinearOperator _SumLinearOperator _TransposedLinearOperator
scipy.spatial._ckdtree: cKDTree
scipy.spatial._kdtree: KDTree Rectangle
scipy.spatial._qhull: ConvexHull Delaunay HalfspaceIntersection QhullError Voronoi
scipy.spatial._spherical_voronoi: SphericalVoronoi
scipy.spatial.transform._rigid_transform: RigidTransform
scipy.spatial.transform._rotation: Rotation Slerp
scipy.spatial.transform._rotation_spline: RotationSpline
scipy.stats._censored_data: CensoredData
scipy.stats._covariance: CovViaCholesky CovViaDiagonal CovViaEigendecomposition CovViaPSD CovViaPrecision
    Covariance
scipy.stats._hypotests: BarnardExactResult BoschlooExactResult CramerVonMisesResult
    Epps_Singleton_2sampResult SomersDResult TukeyHSDResult
scipy.stats._kde: gaussian_kde
scipy.stats._mannwhitneyu: MannwhitneyuResult _MWU
scipy.stats._morestats: AndersonResult Anderson_ksampResult AnsariResult BartlettResult DirectionalStats
    FlignerResult LeveneResult Mean MedianTestResult ShapiroResult Std_dev Variance WilcoxonResult _ABW
    _BigFloat
scipy.stats._multivariate: _PSD dirichlet_frozen dirichlet_gen dirichlet_multinomial_frozen
    dirichlet_multinomial_gen invwishart_frozen invwishart_gen matrix_normal_frozen matrix_normal_gen
    matrix_t_frozen matrix_t_gen multi_rv_frozen multi_rv_generic multinomial_frozen multinomial_gen
    multivariate_hypergeom_frozen multivariate_hypergeom_gen multivariate_normal_frozen
    multivariate_normal_gen multivariate_t_frozen multivariate_t_gen normal_inverse_gamma_frozen
    normal_inverse_gamma_gen ortho_group_frozen ortho_group_gen random_correlation_frozen
    random_correlation_gen random_table_frozen random_table_gen special_ortho_group_frozen
    special_ortho_group_gen uniform_direction_frozen uniform_direction_gen unitary_group_frozen
    unitary_group_gen vonmises_fisher_frozen vonmises_fisher_gen wishart_frozen wishart_gen
scipy.stats._odds_ratio: OddsRatioResult
scipy.stats._qmc: Halton LatinHypercube MultinomialQMC MultivariateNormalQMC PoissonDisk QMCEngine Sobol
scipy.stats._relative_risk: RelativeRiskResult
scipy.stats._resampling: BootstrapMethod BootstrapResult MonteCarloMethod MonteCarloTestResult
    PermutationMethod PermutationTestResult PowerResult ResamplingMethod
scipy.stats._stats_mstats_common: SiegelslopesResult TheilslopesResult
scipy.stats._stats_py: AlexanderGovernResult BrunnerMunzelResult ConfidenceInterval CumfreqResult
    DescribeResult F_onewayResult FriedmanchisquareResult HistogramResult KruskalResult KstestResult
    KurtosistestResult LinregressResult ModeResult NormaltestResult PearsonRResult PearsonRResultBase
    Power_divergenceResult QuantileTestResult RanksumsResult RelfreqResult SigmaclipResult
    SignificanceResult SkewtestResult TtestResult TtestResultBase Ttest_indResult _SimpleBeta _SimpleChi2
    _SimpleF _SimpleNormal _SimpleStudentT
scipy.stats._survival: ECDFResult EmpiricalDistributionFunction LogRankResult
"""

SCIPY_FUNCTIONS = """
scipy._lib.array_api_compat.numpy._aliases: asarray
scipy.special._ufuncs: expit logit
scipy.interpolate._interpolate: interp1d._call_linear interp1d._call_linear_np interp1d._call_nan_spline
    interp1d._call_nearest interp1d._call_previousnext interp1d._call_spline
"""
