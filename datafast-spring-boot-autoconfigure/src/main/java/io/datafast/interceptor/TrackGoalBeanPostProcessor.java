/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast.interceptor;

import java.io.Serializable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import io.datafast.interceptor.InvalidTrackGoalException.Violation;
import io.datafast.interceptor.result.ResultHandlers;
import io.datafast.support.ReactiveTrackingContexts;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.target.EmptyTargetSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.EmbeddedValueResolverAware;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.Ordered;
import org.springframework.util.Assert;
import org.springframework.util.StringValueResolver;

/**
 * Advises beans that have methods with {@link io.datafast.annotation.TrackGoal}, and
 * checks the annotations when a bean is created. It needs neither AspectJ nor an
 * auto-proxy creator.
 * <p>
 * The advice is the innermost, so that it takes part in what other advice does with the
 * method: in its transaction, on its thread, and not at all where other advice answers in
 * the method's place. Where a bean is a proxy already, the advice goes to the end of the
 * proxy's chain; a proxy that cannot be changed gets another one around it. A bean that
 * is not proxied yet gets a proxy of its class, and so stays injectable by its class.
 *
 * @serial exclude
 */
@SuppressWarnings("serial")
public final class TrackGoalBeanPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor
		implements EmbeddedValueResolverAware {

	private static final Log logger = LogFactory.getLog(TrackGoalBeanPostProcessor.class);

	private final TrackGoalOperationSource operationSource;

	private final ResultHandlers resultHandlers;

	private final Map<String, Object> earlyReferences = new ConcurrentHashMap<>();

	private @Nullable BeanFactory trackingBeanFactory;

	private @Nullable Advisor resubscriptionAdvisor;

	/**
	 * Create a post-processor. It looks beans up with the first goal.
	 */
	public TrackGoalBeanPostProcessor() {
		this.resultHandlers = new ResultHandlers(this::reactiveTrackingContexts);
		this.operationSource = new TrackGoalOperationSource(this.resultHandlers);
		// After the post-processors of other advice, so that the bean is their proxy.
		// Before those of the lowest order: @Async advises a proxy from outside, and
		// @Scheduled has the bean called.
		setOrder(Ordered.LOWEST_PRECEDENCE - 1);
	}

	/**
	 * The annotated methods of the beans that have been created so far, one entry for
	 * each goal.
	 * @return a copy, in no particular order
	 */
	public Set<TrackedMethod> getTrackedMethods() {
		return this.operationSource.trackedMethods();
	}

	/**
	 * What knows the operations of methods.
	 * @return the source
	 */
	public TrackGoalOperationSource getOperationSource() {
		return this.operationSource;
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		super.setBeanFactory(beanFactory);
		this.trackingBeanFactory = beanFactory;
		TrackGoalOperationSource source = this.operationSource;
		this.advisor = new TrackGoalAdvisor(source::hasOperations,
				new TrackGoalInterceptor(source, new GoalTracker(beanFactory)), true, beanFactory);
		this.resubscriptionAdvisor = new TrackGoalAdvisor(
				(method, targetClass) -> source.hasOperations(method, targetClass)
						&& this.resultHandlers.isReactive(AopUtils.getMostSpecificMethod(method, targetClass)),
				new ResubscriptionInterceptor(this.resultHandlers), false, beanFactory);
	}

	/**
	 * Called where Reactor is present. Without it, no signature here may have one of its
	 * types.
	 */
	private ReactiveTrackingContexts reactiveTrackingContexts() {
		Assert.state(this.trackingBeanFactory != null, "There is no bean factory");
		return this.trackingBeanFactory.getBeanProvider(ReactiveTrackingContexts.class)
			.getIfAvailable(ReactiveTrackingContexts::none);
	}

	@Override
	public void setEmbeddedValueResolver(StringValueResolver resolver) {
		this.operationSource.setPlaceholders(Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING)
				? (value) -> resolveAtBuildTime(resolver, value) : resolver);
	}

	/**
	 * While an application is processed ahead of time, a property may be missing that is
	 * there at run time: a valid name stands in for it.
	 */
	private static @Nullable String resolveAtBuildTime(StringValueResolver resolver, String value) {
		try {
			String resolved = resolver.resolveStringValue(value);
			if (resolved != null && !resolved.contains("${")) {
				return resolved;
			}
		}
		catch (IllegalArgumentException ex) {
			// Resolved at run time.
		}
		return "unresolved-" + Integer.toHexString(value.hashCode());
	}

	Advisor getAdvisor(boolean innermost) {
		return Objects.requireNonNull(innermost ? this.advisor : this.resubscriptionAdvisor);
	}

	/**
	 * Called while the application is processed ahead of time, for the proxy's class,
	 * which must be that of {@link #prepareProxyFactory}.
	 */
	@Override
	public Class<?> determineBeanType(Class<?> beanClass, String beanName) {
		if (!isEligible(beanClass) || !canBeExtended(beanClass)) {
			return super.determineBeanType(beanClass, beanName);
		}
		ProxyFactory proxyFactory = new ProxyFactory();
		proxyFactory.copyFrom(this);
		proxyFactory.setProxyTargetClass(true);
		proxyFactory.setTargetClass(beanClass);
		keepSerializable(proxyFactory, beanClass, beanName);
		proxyFactory.addAdvisor(getAdvisor(true));
		return proxyFactory.getProxyClass(getProxyClassLoader());
	}

	/**
	 * The beans of a circular reference are advised when the first of the others needs
	 * them.
	 */
	@Override
	public Object getEarlyBeanReference(Object bean, String beanName) {
		this.earlyReferences.put(beanName, target(bean));
		return advise(bean, beanName);
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		return (this.earlyReferences.remove(beanName) == target(bean)) ? bean : advise(bean, beanName);
	}

	/**
	 * The object behind the proxies of a bean.
	 */
	private static Object target(Object bean) {
		Object current = bean;
		Object target = AopProxyUtils.getSingletonTarget(current);
		while (target != null) {
			current = target;
			target = AopProxyUtils.getSingletonTarget(current);
		}
		return current;
	}

	private Object advise(Object bean, String beanName) {
		if (bean instanceof AopInfrastructureBean || isAdvised(bean)) {
			return bean;
		}
		if (bean instanceof Advised advised && !advised.isFrozen() && !isEligible(AopUtils.getTargetClass(bean))
				&& hasEligibleInterface(advised)) {
			// The method's body is advice of the proxy, as in a Spring Data repository.
			advised.addAdvisor(0, getAdvisor(true));
			return bean;
		}
		Object advisedBean = super.postProcessAfterInitialization(bean, beanName);
		if (advisedBean == bean && bean instanceof Advised advised && isAdvised(bean) && hasReactiveOperations(bean)) {
			for (int i = advised.indexOf(getAdvisor(true)) - 1; i >= 0; i--) {
				advised.addAdvisor(i, getAdvisor(false));
			}
		}
		return advisedBean;
	}

	/**
	 * Other post-processors may have put advice behind ours.
	 */
	void moveInnermost(Object bean) {
		if (bean instanceof Advised advised && !advised.isFrozen()) {
			int index = advised.indexOf(getAdvisor(true));
			if (index >= 0 && index < advised.getAdvisorCount() - 1 && hasBody(advised)) {
				advised.removeAdvisor(index);
				advised.addAdvisor(getAdvisor(true));
			}
		}
	}

	/**
	 * Whether the target of a proxy has the annotated methods. Otherwise advice of the
	 * proxy is their body, as in a Spring Data repository, and ours stands outside of it.
	 */
	private boolean hasBody(Advised advised) {
		return !(advised.getTargetSource() instanceof EmptyTargetSource)
				&& isEligible(AopUtils.getTargetClass(advised));
	}

	/**
	 * Whether it is a proxy that was made for another bean, as when a factory method
	 * returns one that it was given.
	 */
	private boolean isAdvised(Object bean) {
		Object current = bean;
		while (current instanceof Advised advised) {
			if (advised.indexOf(getAdvisor(true)) >= 0) {
				return true;
			}
			current = AopProxyUtils.getSingletonTarget(advised);
		}
		return false;
	}

	/**
	 * Whether a proxy implements an annotated interface.
	 */
	private boolean hasEligibleInterface(Advised advised) {
		return Arrays.stream(advised.getProxiedInterfaces()).anyMatch(this.operationSource::hasOperations);
	}

	private boolean hasReactiveOperations(Object bean) {
		return AopUtils.canApply(getAdvisor(false), AopUtils.getTargetClass(bean));
	}

	@Override
	protected boolean isEligible(Class<?> targetClass) {
		return this.operationSource.hasOperations(targetClass);
	}

	@Override
	protected ProxyFactory prepareProxyFactory(Object bean, String beanName) {
		ProxyFactory proxyFactory = super.prepareProxyFactory(bean, beanName);
		Class<?> beanClass = bean.getClass();
		if (canBeExtended(beanClass)) {
			proxyFactory.setProxyTargetClass(proxyFactory.getProxiedInterfaces().length == 0);
			if (proxyFactory.isProxyTargetClass()) {
				warnOfBrokenHandlers(beanClass);
				keepSerializable(proxyFactory, beanClass, beanName);
			}
			return proxyFactory;
		}
		Method method = this.operationSource.findOperationBesideInterfaces(beanClass);
		if (method != null) {
			String kind = beanClass.isSealed() ? "sealed" : "final";
			throw new InvalidTrackGoalException(TrackGoalParser.describe(method),
					List.of(new Violation("class", beanClass.getName() + " is " + kind,
							"a proxy cannot extend a " + kind
									+ " class, nor intercept a method that no interface declares",
							"Remove '" + kind + "', declare the method in an interface, or call"
									+ " DataFastGoals.track(...) in the method.")));
		}
		return proxyFactory;
	}

	private void keepSerializable(ProxyFactory proxyFactory, Class<?> beanClass, String beanName) {
		if (Serializable.class.isAssignableFrom(beanClass) && this.trackingBeanFactory != null) {
			SerializableProxy.prepare(proxyFactory, beanName, this.trackingBeanFactory);
		}
	}

	private static boolean canBeExtended(Class<?> beanClass) {
		return !Modifier.isFinal(beanClass.getModifiers()) && !beanClass.isSealed();
	}

	/**
	 * A private or final method is called on the proxy itself, whose fields are empty.
	 */
	private void warnOfBrokenHandlers(Class<?> beanClass) {
		List<Method> broken = this.operationSource.findHandlersThatNoProxyIntercepts(beanClass);
		if (!broken.isEmpty()) {
			logger.warn("@TrackGoal makes " + beanClass.getName() + " a proxy, on which these private or final handler"
					+ " methods run without the fields of the bean: "
					+ broken.stream().map(TrackGoalParser::describe).collect(Collectors.joining(", "))
					+ ". Make them neither private nor final.");
		}
	}

}
