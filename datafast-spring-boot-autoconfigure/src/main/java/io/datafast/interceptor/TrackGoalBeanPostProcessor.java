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

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.datafast.DataFastGoals;
import io.datafast.VisitorIdResolver;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.interceptor.InvalidTrackGoalException.Violation;
import io.datafast.support.ReactiveTrackingContexts;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.Pointcut;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
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
 * The advice is the outermost, so that a method's transaction is committed before its
 * goal is tracked; only the advice of {@code @Async} lies further out, so that the goal
 * is tracked when the work is done rather than when it is submitted. Where the proxy runs
 * a method in a transaction, that is observed from inside. A bean that is not proxied yet
 * gets a proxy of its class, and so stays injectable by its class.
 *
 * @serial exclude
 */
@SuppressWarnings("serial")
public final class TrackGoalBeanPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor
		implements EmbeddedValueResolverAware {

	private final TrackGoalOperationSource operationSource;

	private final GoalTracker tracker;

	private @Nullable BeanFactory trackingBeanFactory;

	private final ObjectProvider<InvocationTransactions> transactions;

	/**
	 * Create a post-processor.
	 * @param goals where to track; looked up with the first goal
	 * @param outcomes told of goals that fail before they are tracked; looked up with the
	 * first
	 * @param visitorIdResolver finds the visitor of a call whose result comes later;
	 * looked up with the first
	 * @param transactions knows the transactions in which methods ran, where there are
	 * any; looked up with the first goal or the first bean with transactions
	 */
	public TrackGoalBeanPostProcessor(ObjectProvider<DataFastGoals> goals,
			ObjectProvider<GoalOutcomePublisher> outcomes, ObjectProvider<VisitorIdResolver> visitorIdResolver,
			ObjectProvider<InvocationTransactions> transactions) {
		this.tracker = new GoalTracker(goals, outcomes, visitorIdResolver, transactions);
		this.transactions = transactions;
		this.operationSource = new TrackGoalOperationSource(new ResultObservers(this::reactiveTrackingContexts));
		this.advisor = new DefaultPointcutAdvisor(createPointcut(),
				new TrackGoalInterceptor(this.operationSource, this.tracker));
		setBeforeExistingAdvisors(true);
		// Before the post-processor of @Async, whose order is the lowest.
		setOrder(Ordered.LOWEST_PRECEDENCE - 1);
	}

	private Pointcut createPointcut() {
		TrackGoalOperationSource source = this.operationSource;
		return new StaticMethodMatcherPointcut() {

			@Override
			public boolean matches(Method method, Class<?> targetClass) {
				return !source.getOperations(method, targetClass).isEmpty();
			}

		};
	}

	/**
	 * The annotated methods of the beans that have been created so far, one entry for
	 * each goal.
	 * @return a copy, in no particular order
	 */
	public Set<TrackedMethod> getTrackedMethods() {
		return this.operationSource.trackedMethods();
	}

	TrackGoalOperationSource getOperationSource() {
		return this.operationSource;
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		super.setBeanFactory(beanFactory);
		this.tracker.setBeanFactory(beanFactory);
		this.trackingBeanFactory = beanFactory;
	}

	/**
	 * Called where Reactor is present. Without it, nothing here may have one of its types
	 * in a signature.
	 */
	private ReactiveTrackingContexts reactiveTrackingContexts() {
		Assert.state(this.trackingBeanFactory != null, "There is no bean factory");
		return this.trackingBeanFactory.getBeanProvider(ReactiveTrackingContexts.class)
			.getIfAvailable(ReactiveTrackingContexts::none);
	}

	@Override
	public void setEmbeddedValueResolver(StringValueResolver resolver) {
		this.operationSource.setPlaceholders(Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING)
				? new BuildTimePlaceholders(resolver) : resolver);
	}

	/**
	 * Called while the application is processed ahead of time, for the proxy's class,
	 * which must be that of {@link #prepareProxyFactory}.
	 */
	@Override
	public Class<?> determineBeanType(Class<?> beanClass, String beanName) {
		if (!isEligible(beanClass) || Modifier.isFinal(beanClass.getModifiers())) {
			return super.determineBeanType(beanClass, beanName);
		}
		ProxyFactory proxyFactory = new ProxyFactory();
		proxyFactory.copyFrom(this);
		proxyFactory.setProxyTargetClass(true);
		proxyFactory.setTargetClass(beanClass);
		proxyFactory.addAdvisor(Objects.requireNonNull(this.advisor));
		return proxyFactory.getProxyClass(getProxyClassLoader());
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (isAdvised(bean)) {
			return bean;
		}
		Object result = advise(bean, beanName);
		if (result == bean && bean instanceof Advised advised) {
			observeTransactions(advised);
		}
		return result;
	}

	/**
	 * Whether it is a proxy that was made for another bean, as when a factory method
	 * returns one that it was given.
	 */
	private boolean isAdvised(Object bean) {
		Object current = bean;
		while (this.advisor != null && current instanceof Advised advised) {
			if (advised.indexOf(this.advisor) >= 0) {
				return true;
			}
			current = AopProxyUtils.getSingletonTarget(advised);
		}
		return false;
	}

	private Object advise(Object bean, String beanName) {
		if (bean instanceof Advised advised && !(bean instanceof AopInfrastructureBean) && !advised.isFrozen()
				&& this.advisor != null && !isEligible(AopUtils.getTargetClass(bean))
				&& hasEligibleInterface(advised)) {
			advised.addAdvisor(0, this.advisor);
			return bean;
		}
		return super.postProcessAfterInitialization(bean, beanName);
	}

	/**
	 * Have methods observed from inside their transactions, too.
	 */
	private void observeTransactions(Advised advised) {
		if (this.advisor != null && advised.indexOf(this.advisor) >= 0) {
			this.transactions
				.ifAvailable((transactions) -> transactions.observe(advised, createPointcut().getMethodMatcher()));
		}
	}

	/**
	 * Whether a proxy implements an annotated interface that its target does not, such as
	 * that of a Spring Data repository.
	 */
	private boolean hasEligibleInterface(Advised advised) {
		return Arrays.stream(advised.getProxiedInterfaces()).anyMatch(this.operationSource::hasOperations);
	}

	@Override
	protected boolean isEligible(Class<?> targetClass) {
		return this.operationSource.hasOperations(targetClass);
	}

	@Override
	protected ProxyFactory prepareProxyFactory(Object bean, String beanName) {
		ProxyFactory proxyFactory = super.prepareProxyFactory(bean, beanName);
		Class<?> beanClass = bean.getClass();
		if (!Modifier.isFinal(beanClass.getModifiers())) {
			proxyFactory.setProxyTargetClass(proxyFactory.getProxiedInterfaces().length == 0);
		}
		else if (this.operationSource.hasOperationsBesideInterfaces(beanClass)) {
			throw new InvalidTrackGoalException(beanClass.getName(),
					List.of(new Violation("class", "final",
							"a proxy cannot extend a final class, nor intercept a method that no interface declares",
							"Remove 'final', declare the method in an interface, or call DataFastGoals.track(...) in"
									+ " the method.")));
		}
		return proxyFactory;
	}

}
