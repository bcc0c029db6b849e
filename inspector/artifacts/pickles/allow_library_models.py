"""Tier two, whole models that torch pickles as objects: vision and language models by class.

Loading such a file needs the library that is named; the classes are those of the architectures that are
shared most. Other architectures are ``unknown-import``, which says only that their names are not listed.
"""

from __future__ import annotations

TORCHVISION = """
torchvision.models.alexnet: AlexNet
torchvision.models.convnext: CNBlock CNBlockConfig ConvNeXt LayerNorm2d
torchvision.models.densenet: DenseNet _DenseBlock _DenseLayer _Transition
torchvision.models.efficientnet: EfficientNet FusedMBConv FusedMBConvConfig MBConv MBConvConfig
    _MBConvConfig
torchvision.models.googlenet: BasicConv2d GoogLeNet Inception InceptionAux
torchvision.models.inception: BasicConv2d Inception3 InceptionA InceptionAux InceptionB InceptionC
    InceptionD InceptionE
torchvision.models.maxvit: MBConv MaxVit MaxVitBlock MaxVitLayer PartitionAttentionLayer
    RelativePositionalMultiHeadAttention SwapAxes WindowDepartition WindowPartition
torchvision.models.mnasnet: MNASNet _InvertedResidual
torchvision.models.mobilenetv2: InvertedResidual MobileNetV2
torchvision.models.mobilenetv3: InvertedResidual InvertedResidualConfig MobileNetV3
torchvision.models.regnet: AnyStage BlockParams BottleneckTransform RegNet ResBottleneckBlock SimpleStemIN
torchvision.models.resnet: BasicBlock Bottleneck ResNet
torchvision.models.shufflenetv2: InvertedResidual ShuffleNetV2
torchvision.models.squeezenet: Fire SqueezeNet
torchvision.models.swin_transformer: PatchMerging PatchMergingV2 ShiftedWindowAttention
    ShiftedWindowAttentionV2 SwinTransformer SwinTransformerBlock SwinTransformerBlockV2
torchvision.models.vgg: VGG
torchvision.models.vision_transformer: ConvStemConfig Encoder EncoderBlock MLPBlock VisionTransformer
torchvision.models._utils: IntermediateLayerGetter _ModelURLs
torchvision.models.detection.faster_rcnn: FastRCNNConvFCHead FastRCNNPredictor FasterRCNN TwoMLPHead
torchvision.models.detection.mask_rcnn: MaskRCNN MaskRCNNHeads MaskRCNNPredictor
torchvision.models.detection.generalized_rcnn: GeneralizedRCNN
torchvision.models.detection.rpn: RPNHead RegionProposalNetwork
torchvision.models.detection.roi_heads: RoIHeads
torchvision.models.detection.anchor_utils: AnchorGenerator DefaultBoxGenerator
torchvision.models.detection.transform: GeneralizedRCNNTransform
torchvision.models.detection.backbone_utils: BackboneWithFPN
torchvision.models.detection._utils: BalancedPositiveNegativeSampler BoxCoder BoxLinearCoder Matcher
    SSDMatcher
torchvision.models.detection.image_list: ImageList
torchvision.models.segmentation.deeplabv3: ASPP ASPPConv ASPPPooling DeepLabHead DeepLabV3
torchvision.models.segmentation.fcn: FCN FCNHead
torchvision.models.segmentation._utils: _SimpleSegmentationModel
torchvision.ops.misc: Conv2dNormActivation Conv3dNormActivation ConvNormActivation FrozenBatchNorm2d MLP
    Permute SqueezeExcitation
torchvision.ops.feature_pyramid_network: ExtraFPNBlock FeaturePyramidNetwork LastLevelMaxPool
    LastLevelP6P7
torchvision.ops.poolers: LevelMapper MultiScaleRoIAlign
torchvision.ops.stochastic_depth: StochasticDepth
torchvision.transforms.transforms: CenterCrop ColorJitter Compose ConvertImageDtype ElasticTransform
    FiveCrop GaussianBlur Grayscale Lambda LinearTransformation Normalize PILToTensor Pad
    RandomAdjustSharpness RandomAffine RandomApply RandomAutocontrast RandomChoice RandomCrop
    RandomEqualize RandomErasing RandomGrayscale RandomHorizontalFlip RandomInvert RandomOrder
    RandomPerspective RandomPosterize RandomResizedCrop RandomRotation RandomSolarize RandomTransforms
    RandomVerticalFlip Resize TenCrop ToPILImage ToTensor
"""

TIMM = """
timm.models.resnet: BasicBlock Bottleneck ResNet
timm.models.vision_transformer: Block DiffParallelScalingBlock ParallelScalingBlock ParallelThingsBlock
    ResPostBlock VisionTransformer
timm.models.efficientnet: EfficientNet EfficientNetFeatures
timm.models._efficientnet_blocks: CondConvResidual ConvBnAct DepthwiseSeparableConv EdgeResidual
    InvertedResidual MobileAttention SqueezeExcite UniversalInvertedResidual
timm.models.convnext: ConvNeXt ConvNeXtBlock ConvNeXtStage Downsample
timm.models.mobilenetv3: MobileNetV3 MobileNetV3Features
timm.models.swin_transformer: PatchMerging SwinTransformer SwinTransformerBlock SwinTransformerStage
    WindowAttention
timm.models.regnet: Bottleneck PreBottleneck RegNet RegStage
timm.models.densenet: DenseBlock DenseLayer DenseNet DenseTransition
timm.models.byobnet: BasicBlock BottleneckBlock ByobNet DarkBlock DownsampleAvg EdgeBlock MobileOneBlock
    RepVggBlock SelfAttnBlock Stem
timm.layers.norm: GroupNorm GroupNorm1 LayerNorm LayerNorm2d LayerNorm2dFp32 LayerNormExp2d LayerNormFp32
    RmsNorm RmsNorm2d RmsNorm2dFp32 RmsNormFp32 SimpleNorm SimpleNorm2d SimpleNorm2dFp32 SimpleNormFp32
timm.layers.norm_act: BatchNormAct2d FrozenBatchNormAct2d GroupNorm1Act GroupNormAct LayerNormAct
    LayerNormAct2d LayerNormAct2dFp32 LayerNormActFp32 RmsNormAct RmsNormAct2d RmsNormAct2dFp32
    RmsNormActFp32 SyncBatchNormAct
timm.layers.drop: DropBlock2d DropPath
timm.layers.mlp: ConvMlp GatedMlp GlobalResponseNormMlp GluMlp Mlp SwiGLU
timm.layers.patch_embed: PatchEmbed PatchEmbedInterpolator PatchEmbedResamplerFixedOrigSize
    PatchEmbedWithSize
timm.layers.classifier: ClNormMlpClassifierHead ClassifierHead NormMlpClassifierHead
timm.layers.adaptive_avgmax_pool: AdaptiveAvgMaxPool2d AdaptiveCatAvgMaxPool2d FastAdaptiveAvgMaxPool
    FastAdaptiveAvgPool FastAdaptiveCatAvgMaxPool FastAdaptiveMaxPool SelectAdaptivePool2d
timm.layers.activations: GELU GELUTanh HardMish HardSigmoid HardSwish Mish PReLU QuickGELU Sigmoid Swish
    Tanh
timm.layers.squeeze_excite: EffectiveSEModule SEModule SqueezeExciteCl
timm.layers.std_conv: ScaledStdConv2d ScaledStdConv2dSame StdConv2d StdConv2dSame
timm.layers.conv2d_same: Conv2dSame Conv2dSameExport
timm.layers.attention: Attention AttentionRope
timm.layers.layer_scale: LayerScale LayerScale2d
timm.layers.pool2d_same: AvgPool2dSame MaxPool2dSame
timm.layers.linear: Linear
"""

TRANSFORMERS = """
transformers.models.albert.modeling_albert: AlbertAttention AlbertEmbeddings AlbertForMaskedLM
    AlbertForMultipleChoice AlbertForPreTraining AlbertForQuestionAnswering
    AlbertForSequenceClassification AlbertForTokenClassification AlbertLayer AlbertLayerGroup
    AlbertMLMHead AlbertModel AlbertPreTrainedModel AlbertSOPHead AlbertTransformer
transformers.models.bart.modeling_bart: BartAttention BartClassificationHead BartDecoder BartDecoderLayer
    BartDecoderWrapper BartEncoder BartEncoderLayer BartForCausalLM BartForConditionalGeneration
    BartForQuestionAnswering BartForSequenceClassification BartLearnedPositionalEmbedding BartModel
    BartPreTrainedModel BartPretrainedModel BartScaledWordEmbedding PretrainedBartModel
transformers.models.bert.modeling_bert: BertAttention BertCrossAttention BertEmbeddings BertEncoder
    BertForMaskedLM BertForMultipleChoice BertForNextSentencePrediction BertForPreTraining
    BertForQuestionAnswering BertForSequenceClassification BertForTokenClassification BertIntermediate
    BertLMHeadModel BertLMPredictionHead BertLayer BertModel BertOnlyMLMHead BertOnlyNSPHead BertOutput
    BertPooler BertPreTrainedModel BertPreTrainingHeads BertPredictionHeadTransform BertSelfAttention
    BertSelfOutput
transformers.models.clip.modeling_clip: CLIPAttention CLIPEncoder CLIPEncoderLayer
    CLIPForImageClassification CLIPMLP CLIPModel CLIPPreTrainedModel CLIPTextEmbeddings CLIPTextModel
    CLIPTextModelWithProjection CLIPVisionEmbeddings CLIPVisionModel CLIPVisionModelWithProjection
transformers.models.deberta_v2.modeling_deberta_v2: ContextPooler ConvLayer DebertaV2Attention
    DebertaV2Embeddings DebertaV2Encoder DebertaV2ForMaskedLM DebertaV2ForMultipleChoice
    DebertaV2ForQuestionAnswering DebertaV2ForSequenceClassification DebertaV2ForTokenClassification
    DebertaV2Intermediate DebertaV2LMPredictionHead DebertaV2Layer DebertaV2Model DebertaV2OnlyMLMHead
    DebertaV2Output DebertaV2PreTrainedModel DebertaV2SelfOutput DisentangledSelfAttention
    LegacyDebertaV2LMPredictionHead LegacyDebertaV2OnlyMLMHead LegacyDebertaV2PredictionHeadTransform
transformers.models.distilbert.modeling_distilbert: DistilBertForMaskedLM DistilBertForMultipleChoice
    DistilBertForQuestionAnswering DistilBertForSequenceClassification DistilBertForTokenClassification
    DistilBertModel DistilBertPreTrainedModel DistilBertSelfAttention Embeddings FFN Transformer
    TransformerBlock
transformers.models.electra.modeling_electra: ElectraAttention ElectraClassificationHead
    ElectraCrossAttention ElectraDiscriminatorPredictions ElectraEmbeddings ElectraEncoder
    ElectraForCausalLM ElectraForMaskedLM ElectraForMultipleChoice ElectraForPreTraining
    ElectraForQuestionAnswering ElectraForSequenceClassification ElectraForTokenClassification
    ElectraGeneratorPredictions ElectraIntermediate ElectraLayer ElectraModel ElectraOutput
    ElectraPreTrainedModel ElectraSelfAttention ElectraSelfOutput ElectraSequenceSummary
transformers.models.gpt2.modeling_gpt2: GPT2Attention GPT2Block GPT2DoubleHeadsModel
    GPT2ForQuestionAnswering GPT2ForSequenceClassification GPT2ForTokenClassification GPT2LMHeadModel
    GPT2MLP GPT2Model GPT2PreTrainedModel GPT2SequenceSummary
transformers.models.llama.modeling_llama: LlamaAttention LlamaDecoderLayer LlamaForCausalLM
    LlamaForQuestionAnswering LlamaForSequenceClassification LlamaForTokenClassification LlamaMLP
    LlamaModel LlamaPreTrainedModel LlamaRMSNorm LlamaRotaryEmbedding
transformers.models.mistral.modeling_mistral: MistralAttention MistralDecoderLayer MistralForCausalLM
    MistralForQuestionAnswering MistralForSequenceClassification MistralForTokenClassification MistralMLP
    MistralModel MistralPreTrainedModel MistralRMSNorm MistralRotaryEmbedding
transformers.models.mpnet.modeling_mpnet: MPNetAttention MPNetClassificationHead MPNetEmbeddings
    MPNetEncoder MPNetForMaskedLM MPNetForMultipleChoice MPNetForQuestionAnswering
    MPNetForSequenceClassification MPNetForTokenClassification MPNetIntermediate MPNetLMHead MPNetLayer
    MPNetModel MPNetOutput MPNetPooler MPNetPreTrainedModel MPNetSelfAttention
transformers.models.qwen2.modeling_qwen2: Qwen2Attention Qwen2DecoderLayer Qwen2ForCausalLM
    Qwen2ForQuestionAnswering Qwen2ForSequenceClassification Qwen2ForTokenClassification Qwen2MLP
    Qwen2Model Qwen2PreTrainedModel Qwen2RMSNorm Qwen2RotaryEmbedding
transformers.models.roberta.modeling_roberta: RobertaAttention RobertaClassificationHead
    RobertaCrossAttention RobertaEmbeddings RobertaEncoder RobertaForCausalLM RobertaForMaskedLM
    RobertaForMultipleChoice RobertaForQuestionAnswering RobertaForSequenceClassification
    RobertaForTokenClassification RobertaIntermediate RobertaLMHead RobertaLayer RobertaModel
    RobertaOutput RobertaPooler RobertaPreTrainedModel RobertaSelfAttention RobertaSelfOutput
transformers.models.t5.modeling_t5: T5Attention T5Block T5ClassificationHead T5DenseActDense
    T5DenseGatedActDense T5EncoderModel T5ForConditionalGeneration T5ForQuestionAnswering
    T5ForSequenceClassification T5ForTokenClassification T5LayerCrossAttention T5LayerFF T5LayerNorm
    T5LayerSelfAttention T5Model T5PreTrainedModel T5Stack
transformers.models.vit.modeling_vit: ViTAttention ViTEmbeddings ViTForImageClassification
    ViTForMaskedImageModeling ViTLayer ViTMLP ViTModel ViTPatchEmbeddings ViTPooler ViTPreTrainedModel
transformers.models.wav2vec2.modeling_wav2vec2: AMSoftmaxLoss TDNNLayer Wav2Vec2Adapter
    Wav2Vec2AdapterLayer Wav2Vec2Attention Wav2Vec2AttnAdapterLayer Wav2Vec2Encoder Wav2Vec2EncoderLayer
    Wav2Vec2EncoderLayerStableLayerNorm Wav2Vec2EncoderStableLayerNorm Wav2Vec2FeatureEncoder
    Wav2Vec2FeatureProjection Wav2Vec2FeedForward Wav2Vec2ForAudioFrameClassification Wav2Vec2ForCTC
    Wav2Vec2ForPreTraining Wav2Vec2ForSequenceClassification Wav2Vec2ForXVector Wav2Vec2GroupNormConvLayer
    Wav2Vec2GumbelVectorQuantizer Wav2Vec2LayerNormConvLayer Wav2Vec2Model Wav2Vec2NoLayerNormConvLayer
    Wav2Vec2PositionalConvEmbedding Wav2Vec2PreTrainedModel Wav2Vec2SamePadLayer
transformers.models.whisper.modeling_whisper: WhisperAttention WhisperDecoder WhisperDecoderLayer
    WhisperDecoderWrapper WhisperEncoder WhisperEncoderLayer WhisperForAudioClassification
    WhisperForCausalLM WhisperForConditionalGeneration WhisperModel WhisperPositionalEmbedding
    WhisperPreTrainedModel
transformers.models.xlm_roberta.modeling_xlm_roberta: XLMRobertaAttention XLMRobertaClassificationHead
    XLMRobertaCrossAttention XLMRobertaEmbeddings XLMRobertaEncoder XLMRobertaForCausalLM
    XLMRobertaForMaskedLM XLMRobertaForMultipleChoice XLMRobertaForQuestionAnswering
    XLMRobertaForSequenceClassification XLMRobertaForTokenClassification XLMRobertaIntermediate
    XLMRobertaLMHead XLMRobertaLayer XLMRobertaModel XLMRobertaOutput XLMRobertaPooler
    XLMRobertaPreTrainedModel XLMRobertaSelfAttention XLMRobertaSelfOutput
"""

READ_FROM = {
    "torchvision": "torchvision 0.28.0",
    "timm": "timm 1.0.31",
    "transformers": "transformers 5.23.0",
}
